// The protocol behind the sockets: takes the messages of all connections and answers them, delivers
// events, ends sessions that nobody uses. Holds the state that all of this shares.
//
// Lives on the control loop; only events() may be used from others. Driven by RpcServer, or by
// tests and fuzzing without a network.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/rpc/connection_table.h"
#include "server/rpc/dispatcher.h"
#include "server/rpc/event_router.h"
#include "server/rpc/object_directory.h"
#include "server/rpc/object_life.h"
#include "server/rpc/reply_order.h"
#include "server/rpc/request_cache.h"
#include "server/rpc/resource_guard.h"
#include "server/rpc/server_state.h"
#include "server/rpc/session_table.h"
#include "server/rpc/subscription_table.h"

namespace ms::rpc {

enum class RequestCaching { On, Off };

struct ControlPlaneSettings {
  RpcLimits limits{};
  RequestCaching caching = RequestCaching::On;
  ResourceShares resource_shares{};
};

// What the control plane needs of the rest of the server. All of it outlives the control plane.
struct ControlPlaneParts {
  Loop& control;  // Outlives the loops of all objects, too.
  const model::ModuleRegistry& modules;
  const Json::Value& modules_config;
  std::function<Loop&()> loop_for_pipeline;  // Called for each new MediaPipeline.
  // Called when the server has nothing to do and uses more than the kill limit. May be empty.
  std::function<void()> on_kill_limit;
  std::function<ResourceUse()> probe = probeResources;
  std::function<Timestamp()> now = Loop::now;
};

class ControlPlane final : public ServerState {
 public:
  // Where answers go.
  class Clients {
   public:
    virtual ~Clients() = default;
    virtual void send(ConnectionId connection, const std::string& text) = 0;
    // The message was dealt with; its reply, if it has one, was sent before.
    virtual void answered(ConnectionId connection, std::size_t message_bytes) = 0;
  };

  ControlPlane(ControlPlaneSettings settings, ControlPlaneParts parts, Clients& clients);

  // The ServerManager: found by all, released by nobody.
  void addPermanent(model::ObjectPtr object) { directory_.addPermanent(std::move(object)); }
  model::EventSink& events() { return events_; }

  void onOpen(ConnectionId connection);
  void onMessage(ConnectionId connection, const std::string& message);
  void onClose(ConnectionId connection);

  // Sessions whose connection is open stay in use. Four times per period of the garbage collection.
  void keepOpenConnectionsAlive();
  // Ends sessions that were not used since the last call.
  void collectGarbage();
  // From now on nothing begins here: no new session by `connect`, no new pipeline (40009). What is
  // there goes on; `done` comes when no object is left.
  void drain(Task done);
  // Releases everything and lets nothing new come; `done` comes when all objects are closed.
  void releaseAll(Task done);

  std::vector<model::ObjectPtr> pipelines() const override { return directory_.roots(); }
  std::vector<std::string> sessions() const override { return sessions_.ids(); }
  const std::string& serverId() const override { return server_id_; }
  std::size_t objectCount() const { return directory_.size(); }

 private:
  struct Exchange;  // A request under way.
  void onRequest(ConnectionId connection, Request request, std::size_t message_bytes);
  // False when the reply is known already or will be.
  bool maybeBeginCached(const std::shared_ptr<Exchange>& exchange);
  void carryOut(const std::shared_ptr<Exchange>& exchange, Request request);
  void finish(Exchange& exchange, model::Result outcome);
  void sendReply(ConnectionId connection, const std::string& reply, std::size_t message_bytes);

  void onObjectCreated(const std::string& id);
  void onObjectDestroyed(const std::string& id);
  void sendManagerEvent(const std::string& type, const char* member, const std::string& id);
  void maybeAskForEnd();
  void onNoObjectLeft();

  const ControlPlaneSettings settings_;
  const ControlPlaneParts parts_;
  Clients& clients_;
  const std::string server_id_;
  ObjectDirectory directory_;
  SessionTable sessions_;
  SubscriptionTable subscriptions_;
  ConnectionTable connections_;
  RequestCache cache_;
  ReplyOrder order_;
  ResourceGuard resources_;
  EventRouter events_;
  ObjectLife life_;
  Dispatcher dispatcher_;
  Task on_drained_;  // Empty unless draining.
};

}  // namespace ms::rpc
