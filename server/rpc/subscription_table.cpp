#include "server/rpc/subscription_table.h"

#include <utility>

#include "server/base/uuid.h"
#include "server/model/api_error.h"

namespace ms::rpc {
namespace {

using IdIndex = std::unordered_map<std::string, std::set<std::string>>;

std::set<std::string> idsIn(const IdIndex& index, const std::string& key) {
  const auto found = index.find(key);
  return found == index.end() ? std::set<std::string>() : found->second;
}

void eraseFrom(IdIndex& index, const std::string& key, const std::string& id) {
  const auto found = index.find(key);
  found->second.erase(id);
  if (found->second.empty()) index.erase(found);
}

}  // namespace

std::string SubscriptionTable::subscribe(const std::string& session, const std::string& object,
                                         const std::string& type) {
  Ids& own = by_session_[session];
  if (own.size() >= limits_.subscriptions_per_session) {
    throw model::ApiError(model::ErrorCode::NotEnoughResources,
                          "Reached limit of subscriptions per session: " +
                              std::to_string(limits_.subscriptions_per_session));
  }
  std::string id = makeUuid();
  own.insert(id);
  by_object_[object].insert(id);
  ++listeners_[object][type][session];
  subscriptions_.emplace(id, Subscription{session, object, type});
  return id;
}

void SubscriptionTable::unsubscribe(const std::string& session, const std::string& id) {
  const auto found = subscriptions_.find(id);
  if (found != subscriptions_.end() && found->second.session == session) remove(id);
}

std::vector<std::string> SubscriptionTable::listeners(const std::string& object,
                                                      std::string_view type) const {
  std::vector<std::string> sessions;
  const auto types = listeners_.find(object);
  if (types == listeners_.end()) return sessions;
  const auto counts = types->second.find(type);
  if (counts == types->second.end()) return sessions;
  for (const auto& [session, count] : counts->second) sessions.push_back(session);
  return sessions;
}

void SubscriptionTable::dropObject(const std::string& object) {
  removeAll(idsIn(by_object_, object));
}

void SubscriptionTable::dropSession(const std::string& session) {
  removeAll(idsIn(by_session_, session));
}

void SubscriptionTable::drop(const std::string& session, const std::string& object) {
  for (const std::string& id : idsIn(by_object_, object)) unsubscribe(session, id);
}

void SubscriptionTable::removeAll(const Ids& ids) {
  for (const std::string& id : ids) remove(id);
}

void SubscriptionTable::remove(const std::string& id) {
  const auto node = subscriptions_.extract(id);
  const auto& [session, object, type] = node.mapped();
  eraseFrom(by_session_, session, id);
  eraseFrom(by_object_, object, id);

  const auto types = listeners_.find(object);
  const auto counts = types->second.find(type);
  const auto count = counts->second.find(session);
  if (--count->second > 0) return;
  counts->second.erase(count);
  if (counts->second.empty()) types->second.erase(counts);
  if (types->second.empty()) listeners_.erase(types);
}

}  // namespace ms::rpc
