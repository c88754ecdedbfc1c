#include "server/rpc/control_plane.h"

#include <chrono>
#include <utility>

#include "server/base/uuid.h"
#include "server/rpc/params.h"

namespace ms::rpc {

using model::ApiError;

struct ControlPlane::Exchange {
  ConnectionId connection;
  std::size_t message_bytes = 0;
  Json::Value id;
  std::string session;     // What the request is carried out for; may be empty.
  bool is_cached = false;  // Its reply is to be kept.
  ReplyOrder::TurnPtr turn;
};

ControlPlane::ControlPlane(ControlPlaneSettings settings, ControlPlaneParts parts, Clients& clients)
    : settings_(std::move(settings)),
      parts_(std::move(parts)),
      clients_(clients),
      server_id_(makeUuid()),
      sessions_(settings_.limits),
      subscriptions_(settings_.limits),
      cache_(settings_.limits),
      resources_(settings_.resource_shares, parts_.probe),
      events_(parts_.control, subscriptions_, connections_,
              [this](ConnectionId connection, const std::string& text) {
                clients_.send(connection, text);
              }),
      life_({.control = parts_.control,
             .events = events_,
             .modules_config = parts_.modules_config,
             .loop_for_pipeline = parts_.loop_for_pipeline,
             .on_created = [this](const std::string& id) { onObjectCreated(id); },
             .on_destroyed = [this](const std::string& id) { onObjectDestroyed(id); }},
            directory_, sessions_, subscriptions_),
      dispatcher_({.control = parts_.control,
                   .modules = parts_.modules,
                   .limits = settings_.limits,
                   .server_id = server_id_,
                   .directory = directory_,
                   .sessions = sessions_,
                   .subscriptions = subscriptions_,
                   .life = life_,
                   .resources = resources_}) {}

// --- Requests
// -------------------------------------------------------------------------------------

void ControlPlane::onOpen(ConnectionId connection) { connections_.open(connection); }

void ControlPlane::onClose(ConnectionId connection) { connections_.close(connection); }

void ControlPlane::onMessage(ConnectionId connection, const std::string& message) {
  const auto refuse = [&](const Json::Value& id, const ApiError& error) {
    sendReply(connection, writeJson(makeError(id, error)), message.size());
  };
  auto json = parseJson(message, settings_.limits.json_depth);
  if (!json) return refuse({}, parseError());
  auto request = readRequest(std::move(*json));
  if (!request) return refuse(request.error().id, request.error().error);
  const Json::Value id = request->id;
  try {
    onRequest(connection, std::move(*request), message.size());
  } catch (const ApiError& error) {
    refuse(id, error);
  } catch (const std::exception& error) {
    refuse(id, unexpectedError(error.what()));
  }
}

// Throws ApiError for a session id that is none.
void ControlPlane::onRequest(ConnectionId connection, Request request, std::size_t message_bytes) {
  const std::string named = sessionIdOf(request.params, settings_.limits.session_id_bytes);
  if (!named.empty()) connections_.bind(connection, named);

  const auto exchange = std::make_shared<Exchange>();
  exchange->connection = connection;
  exchange->message_bytes = message_bytes;
  exchange->id = request.id;
  exchange->session = named.empty() ? connections_.sessionOf(connection) : named;
  exchange->is_cached =
      settings_.caching == RequestCaching::On && !named.empty() && !request.id.isNull();
  if (maybeBeginCached(exchange)) carryOut(exchange, std::move(request));
}

bool ControlPlane::maybeBeginCached(const std::shared_ptr<Exchange>& exchange) {
  if (!exchange->is_cached) return true;
  RequestCache::OnReply on_reply = [this, connection = exchange->connection,
                                    bytes = exchange->message_bytes](const std::string& reply) {
    sendReply(connection, reply, bytes);
  };
  return cache_.begin(exchange->session, exchange->id.asString(), parts_.now(), on_reply) ==
         RequestCache::Lookup::IsNew;
}

void ControlPlane::carryOut(const std::shared_ptr<Exchange>& exchange, Request request) {
  exchange->turn = order_.enter(exchange->connection, dispatcher_.pipelinesOf(request));
  dispatcher_.dispatch(
      std::move(request), exchange->session,
      [this, exchange](model::Result outcome) { finish(*exchange, std::move(outcome)); });
}

// A connection without a session speaks for the one that was made for it.
void ControlPlane::finish(Exchange& exchange, model::Result outcome) {
  if (outcome && exchange.session.empty() && !exchange.id.isNull() && outcome->isObject()) {
    const std::string made = std::as_const(*outcome)["sessionId"].asString();
    if (!made.empty()) connections_.bind(exchange.connection, made);
  }
  const Json::Value json = makeReply(exchange.id, std::move(outcome));
  std::string reply = json.isNull() ? std::string() : writeJson(json);
  if (exchange.is_cached) {
    cache_.finish(exchange.session, exchange.id.asString(), reply, parts_.now());
  }
  order_.complete(exchange.turn,
                  [this, connection = exchange.connection, bytes = exchange.message_bytes,
                   reply = std::move(reply)] { sendReply(connection, reply, bytes); });
}

void ControlPlane::sendReply(ConnectionId connection, const std::string& reply,
                             std::size_t message_bytes) {
  if (!reply.empty()) clients_.send(connection, reply);
  clients_.answered(connection, message_bytes);
}

// --- Sessions and objects
// -------------------------------------------------------------------------

void ControlPlane::keepOpenConnectionsAlive() {
  for (const std::string& session : connections_.sessions()) sessions_.touch(session);
  if (directory_.size() == 0) maybeAskForEnd();
}

void ControlPlane::collectGarbage() {
  for (const std::string& session : sessions_.collectUnused()) {
    life_.endSession(session, nullptr);
  }
}

void ControlPlane::drain(Task done) {
  life_.allowOnly(ObjectLife::Creation::InPipelines);
  dispatcher_.refuseNewSessions();
  on_drained_ = std::move(done);
  if (directory_.size() == 0) onNoObjectLeft();
}

void ControlPlane::onNoObjectLeft() {
  if (auto done = std::exchange(on_drained_, nullptr)) done();
}

void ControlPlane::releaseAll(Task done) {
  life_.allowOnly(ObjectLife::Creation::Nothing);
  on_drained_ = nullptr;
  std::vector<std::string> ids;
  for (const model::ObjectPtr& pipeline : directory_.roots()) ids.push_back(pipeline->id());
  life_.release(ids, std::move(done));
}

void ControlPlane::onObjectCreated(const std::string& id) {
  sendManagerEvent("ObjectCreated", "object", id);
}

void ControlPlane::onObjectDestroyed(const std::string& id) {
  sendManagerEvent("ObjectDestroyed", "objectId", id);
  if (directory_.size() > 0) return;
  maybeAskForEnd();
  onNoObjectLeft();
}

void ControlPlane::sendManagerEvent(const std::string& type, const char* member,
                                    const std::string& id) {
  using std::chrono::duration_cast, std::chrono::milliseconds, std::chrono::system_clock;
  const auto since_epoch = system_clock::now().time_since_epoch();
  Json::Value data(Json::objectValue);
  data[member] = id;
  data["source"] = kServerManagerId;
  const model::ObjectPtr manager = directory_.find(kServerManagerId);
  data["tags"] = manager ? manager->eventTags() : Json::Value(Json::arrayValue);
  data["timestampMillis"] = std::to_string(duration_cast<milliseconds>(since_epoch).count());
  events_.deliver(kServerManagerId, type, std::move(data));
}

void ControlPlane::maybeAskForEnd() {
  if (parts_.on_kill_limit && resources_.shouldEnd(parts_.now())) parts_.on_kill_limit();
}

}  // namespace ms::rpc
