// Keeps the replies to one connection's requests in the order of the requests, as far as they
// concern the same pipeline: a reply that is ready early waits for its turn. Pipelines do not wait
// for each other, nor do connections.
//
// Lives on the control loop.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "server/rpc/web_socket_server.h"

namespace ms::rpc {

class ReplyOrder {
 public:
  struct Turn;
  using TurnPtr = std::shared_ptr<Turn>;

  // Takes a place behind all earlier requests of the connection that concern one of `pipelines`.
  TurnPtr enter(ConnectionId connection, const std::set<std::string>& pipelines);
  // Calls `send` when the turn has come, maybe at once. Exactly once for each turn.
  void complete(const TurnPtr& turn, std::move_only_function<void()> send);

 private:
  using Lane = std::pair<ConnectionId, std::string>;
  bool isFirst(const Turn& turn) const;
  void leave(const Turn& turn);

  std::map<Lane, std::deque<TurnPtr>> lanes_;
};

}  // namespace ms::rpc
