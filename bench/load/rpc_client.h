// A client of the JSON-RPC that Kurento documents, over one WebSocket: requests, replies, events.
//
// It has a loop of its own. Replies and events are told there, in the order in which they come;
// whoever needs them elsewhere posts them on.
#pragma once

#include <json/value.h>

#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "server/base/loop.h"

namespace ms::load {

class LoadError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct RpcFault {
  int code = 0;
  std::string message;
};

class RpcClient {
 public:
  using Reply = std::expected<Json::Value, RpcFault>;
  using OnReply = std::move_only_function<void(Reply)>;
  // `data` of an event.
  using OnEvent = std::function<void(const Json::Value& data)>;

  // `url`: ws://HOST[:PORT][/PATH]. Throws LoadError when nobody answers there.
  explicit RpcClient(const std::string& url);
  ~RpcClient();
  RpcClient(const RpcClient&) = delete;
  RpcClient& operator=(const RpcClient&) = delete;

  // Any thread; `on_reply` is called on the client's loop, once, also when the connection is lost.
  void send(const std::string& method, Json::Value params, OnReply on_reply);

  // Waits for the result's value. Throws LoadError on a fault and after kReplyTimeout. Not on the
  // client's loop.
  Json::Value call(const std::string& method, Json::Value params);

  // Until the client ends; set before the subscription is asked for. Any thread.
  void onEvent(const std::string& object, const std::string& type, OnEvent handler);

  Loop& loop() { return loop_; }

  static constexpr std::chrono::seconds kReplyTimeout{30};

 private:
  struct Parts;

  Loop loop_{"rpc"};
  std::shared_ptr<Parts> parts_;
};

}  // namespace ms::load
