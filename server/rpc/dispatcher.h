// The methods of the protocol (docs/protocol.md): checks a request's parameters, carries it out on
// directory, sessions and objects, and gives the result or the error.
//
// Lives on the control loop, driven by ControlPlane. All answers come through callbacks, at once or
// later; one that takes long holds up nobody.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "server/rpc/call_runner.h"
#include "server/rpc/json_rpc.h"
#include "server/rpc/object_life.h"
#include "server/rpc/resource_guard.h"

namespace ms::rpc {

class Dispatcher {
 public:
  struct Surroundings {
    Loop& control;
    const model::ModuleRegistry& modules;
    const RpcLimits& limits;
    const std::string& server_id;
    ObjectDirectory& directory;
    SessionTable& sessions;
    SubscriptionTable& subscriptions;
    ObjectLife& life;
    ResourceGuard& resources;
  };

  explicit Dispatcher(Surroundings surroundings) : around_(surroundings) {}

  // From now on `connect` only takes sessions that are there (40009).
  void refuseNewSessions() { takes_new_sessions_ = false; }

  // `session` is empty when neither the request nor its connection named one.
  void dispatch(Request request, std::string session, OnResult done);

  // The pipelines that a request is about: their ids.
  std::set<std::string> pipelinesOf(const Request& request) const;

 private:
  struct Invocation {
    Json::Value params;
    std::string session;
    int depth;  // Of transactions around it.
  };
  using Handler = void (Dispatcher::*)(Invocation&, OnResult&);
  struct Method {
    std::string_view name;
    Handler handler;
    enum class Params { Required, Optional } params;
  };
  static const Method kMethods[];
  static const Method* findMethod(std::string_view name);

  void dispatchAt(Request request, std::string session, int depth, OnResult done);
  void run(Request& request, std::string session, int depth, OnResult& done);

  // Each may throw ApiError as long as it has not moved `done`.
  void ping(Invocation& call, OnResult& done);
  void connect(Invocation& call, OnResult& done);
  void create(Invocation& call, OnResult& done);
  void invoke(Invocation& call, OnResult& done);
  void describe(Invocation& call, OnResult& done);
  void subscribe(Invocation& call, OnResult& done);
  void unsubscribe(Invocation& call, OnResult& done);
  void release(Invocation& call, OnResult& done);
  void ref(Invocation& call, OnResult& done);
  void unref(Invocation& call, OnResult& done);
  void keepAlive(Invocation& call, OnResult& done);
  void transaction(Invocation& call, OnResult& done);
  void closeSession(Invocation& call, OnResult& done);

  const Surroundings around_;
  bool takes_new_sessions_ = true;
};

}  // namespace ms::rpc
