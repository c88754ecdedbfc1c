// Brings events from objects to the clients that subscribed to them: one notification per session,
// to the connection that speaks for the session just now. Without one it is lost.
//
// onEvent() comes from any loop; the rest happens on the control loop.
#pragma once

#include <functional>
#include <string>

#include "server/base/loop.h"
#include "server/model/object.h"
#include "server/rpc/connection_table.h"
#include "server/rpc/subscription_table.h"

namespace ms::rpc {

class EventRouter final : public model::EventSink {
 public:
  using Send = std::function<void(ConnectionId, const std::string& text)>;

  EventRouter(Loop& control, const SubscriptionTable& subscriptions,
              const ConnectionTable& connections, Send send)
      : control_(control),
        subscriptions_(subscriptions),
        connections_(connections),
        send_(std::move(send)) {}

  void onEvent(const std::string& object_id, std::string_view type, Json::Value data) override;

  // On the control loop.
  void deliver(const std::string& object_id, const std::string& type, Json::Value data);

 private:
  Loop& control_;
  const SubscriptionTable& subscriptions_;
  const ConnectionTable& connections_;
  const Send send_;
};

}  // namespace ms::rpc
