// Several requests in one: carried out one after the other, until one fails. A later operation may
// name the result of an earlier one as "newref:<its index>" wherever a string may stand.
//
// Lives on the control loop until the last operation has answered.
#pragma once

#include <json/value.h>

#include <functional>
#include <memory>
#include <string>

#include "server/rpc/call_runner.h"
#include "server/rpc/json_rpc.h"
#include "server/rpc/rpc_limits.h"

namespace ms::rpc {

class Transaction : public std::enable_shared_from_this<Transaction> {
 public:
  // Carries out one operation; must call back once, at once or later.
  using Run = std::function<void(Request operation, OnResult done)>;

  Transaction(Json::Value operations, std::string session, const RpcLimits& limits, Run run,
              OnResult done);

  // `done` gets the list of replies, the failed one last; ApiError 40008 when an operation's id or
  // reference makes no sense, in which case what was carried out stays done.
  void start();

 private:
  void advance();
  // Throws ApiError 40008.
  void runNext();
  void checkId(const Json::Value& operation) const;
  void replaceReferences(Json::Value& value);
  const Json::Value& resultOf(const std::string& index) const;
  void onReply(model::Result outcome);

  Json::Value operations_;
  const std::string session_;
  const RpcLimits& limits_;
  const Run run_;
  OnResult done_;
  Json::Value replies_{Json::arrayValue};
  Json::ArrayIndex next_ = 0;
  std::size_t replaced_bytes_ = 0;
  bool is_waiting_ = false;
  bool has_failed_ = false;
  bool is_advancing_ = false;
};

}  // namespace ms::rpc
