// Which connection speaks for which session: at most one each way. A connection remembers the last
// session it named; the newest connection that names a session takes it over.
//
// Lives on the control loop.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/rpc/web_socket_server.h"

namespace ms::rpc {

class ConnectionTable {
 public:
  void open(ConnectionId connection);
  void close(ConnectionId connection);
  bool isOpen(ConnectionId connection) const { return sessions_.contains(connection); }

  // No effect when the connection is not open.
  void bind(ConnectionId connection, const std::string& session);

  // Empty when it has none.
  std::string sessionOf(ConnectionId connection) const;
  std::optional<ConnectionId> connectionOf(const std::string& session) const;
  // Of all open connections.
  std::vector<std::string> sessions() const;

 private:
  std::unordered_map<ConnectionId, std::string> sessions_;
  std::unordered_map<std::string, ConnectionId> owners_;
};

}  // namespace ms::rpc
