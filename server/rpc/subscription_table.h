// Who wants to hear of which events. Several subscriptions of one session to the same type of one
// object share one notification per event; it goes with the last of them.
//
// Lives on the control loop.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/rpc/rpc_limits.h"

namespace ms::rpc {

class SubscriptionTable {
 public:
  explicit SubscriptionTable(const RpcLimits& limits) : limits_(limits) {}

  // Gives the id of the subscription, a new one each time. Throws ApiError 40009.
  std::string subscribe(const std::string& session, const std::string& object,
                        const std::string& type);
  // An id that the session does not have is no error.
  void unsubscribe(const std::string& session, const std::string& id);

  // The sessions to notify.
  std::vector<std::string> listeners(const std::string& object, std::string_view type) const;

  void dropObject(const std::string& object);
  void dropSession(const std::string& session);
  // What the session wanted of the object.
  void drop(const std::string& session, const std::string& object);
  std::size_t size() const { return subscriptions_.size(); }

 private:
  struct Subscription {
    std::string session;
    std::string object;
    std::string type;
  };
  using SessionCounts = std::map<std::string, int>;  // Session -> its subscriptions.
  using Ids = std::set<std::string>;

  void remove(const std::string& id);
  void removeAll(const Ids& ids);

  const RpcLimits& limits_;
  std::unordered_map<std::string, Subscription> subscriptions_;
  std::unordered_map<std::string, std::map<std::string, SessionCounts, std::less<>>> listeners_;
  std::unordered_map<std::string, Ids> by_session_;
  std::unordered_map<std::string, Ids> by_object_;
};

}  // namespace ms::rpc
