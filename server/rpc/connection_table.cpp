#include "server/rpc/connection_table.h"

namespace ms::rpc {

void ConnectionTable::open(ConnectionId connection) { sessions_.try_emplace(connection); }

void ConnectionTable::close(ConnectionId connection) {
  const auto found = sessions_.find(connection);
  if (found == sessions_.end()) return;
  owners_.erase(found->second);
  sessions_.erase(found);
}

void ConnectionTable::bind(ConnectionId connection, const std::string& session) {
  const auto found = sessions_.find(connection);
  if (found == sessions_.end() || found->second == session) return;
  owners_.erase(found->second);
  const auto [owner, is_new] = owners_.try_emplace(session, connection);
  if (!is_new) sessions_[owner->second].clear();
  owner->second = connection;
  found->second = session;
}

std::string ConnectionTable::sessionOf(ConnectionId connection) const {
  const auto found = sessions_.find(connection);
  return found == sessions_.end() ? std::string() : found->second;
}

std::optional<ConnectionId> ConnectionTable::connectionOf(const std::string& session) const {
  const auto found = owners_.find(session);
  if (found == owners_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> ConnectionTable::sessions() const {
  std::vector<std::string> found;
  for (const auto& [session, connection] : owners_) found.push_back(session);
  return found;
}

}  // namespace ms::rpc
