#include "server/rpc/session_table.h"

#include <ranges>
#include <utility>

#include "server/model/api_error.h"
#include "server/rpc/object_directory.h"

namespace ms::rpc {
namespace {

void throwLimit(const char* what, std::size_t limit) {
  throw model::ApiError(model::ErrorCode::NotEnoughResources,
                        "Reached limit of " + std::string(what) + ": " + std::to_string(limit));
}

}  // namespace

std::vector<std::string> SessionTable::ids() const {
  std::vector<std::string> found;
  for (const auto& [id, session] : sessions_) found.push_back(id);
  return found;
}

std::vector<std::string> SessionTable::objectsOf(const std::string& session) const {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return {};
  return {found->second.objects.begin(), found->second.objects.end()};
}

void SessionTable::touch(const std::string& session) {
  const auto found = sessions_.find(session);
  if (found != sessions_.end()) found->second.is_used = true;
}

void SessionTable::checkRoom(const std::string& session) const {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) {
    if (sessions_.size() >= limits_.sessions) throwLimit("sessions", limits_.sessions);
  } else if (found->second.objects.size() >= limits_.objects_per_session) {
    throwLimit("objects per session", limits_.objects_per_session);
  }
}

void SessionTable::reference(const std::string& session, const std::string& object) {
  for (const std::string& id : lineageOf(object) | std::views::reverse) {
    const auto known = sessions_.find(session);
    if (known != sessions_.end() && known->second.objects.contains(id)) continue;
    checkRoom(session);
    hold(session, id);
  }
  touch(session);
}

void SessionTable::adopt(const std::string& session, const std::string& child) {
  const std::vector<std::string> lineage = lineageOf(child);
  for (const std::string& id : lineage) hold(session, id);
  if (lineage.size() < 2) return;
  const auto holders = holders_.find(lineage[1]);
  for (const std::string& other : std::set<std::string>(holders->second)) hold(other, child);
}

void SessionTable::hold(const std::string& session, const std::string& object) {
  sessions_[session].objects.insert(object);
  holders_[object].insert(session);
}

std::vector<std::string> SessionTable::release(const std::string& session,
                                               const std::vector<std::string>& objects) {
  std::vector<std::string> orphans;
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return orphans;
  for (const std::string& object : objects) {
    if (found->second.objects.erase(object) == 0) continue;
    const auto holders = holders_.find(object);
    holders->second.erase(session);
    if (!holders->second.empty()) continue;
    holders_.erase(holders);
    orphans.push_back(object);
  }
  return orphans;
}

void SessionTable::forget(const std::string& object) {
  const auto found = holders_.extract(object);
  if (found.empty()) return;
  for (const std::string& session : found.mapped()) sessions_[session].objects.erase(object);
}

std::vector<std::string> SessionTable::end(const std::string& session) {
  std::vector<std::string> orphans = release(session, objectsOf(session));
  sessions_.erase(session);
  return orphans;
}

std::vector<std::string> SessionTable::collectUnused() {
  std::vector<std::string> unused;
  for (auto& [id, session] : sessions_) {
    if (!std::exchange(session.is_used, false)) unused.push_back(id);
  }
  return unused;
}

}  // namespace ms::rpc
