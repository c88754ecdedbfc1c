#include "server/rpc/dispatcher.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "server/base/log.h"
#include "server/base/uuid.h"
#include "server/rpc/params.h"
#include "server/rpc/session_resolver.h"
#include "server/rpc/transaction.h"

namespace ms::rpc {

using model::ApiError;
using model::ErrorCode;
using model::ObjectPtr;

namespace {

LogCategory kLog("KurentoServerMethods");

Json::Value sessionResult(const std::string& session) {
  Json::Value result(Json::objectValue);
  result["sessionId"] = session;
  return result;
}

Json::Value valueResult(const std::string& session, Json::Value value) {
  Json::Value result = sessionResult(session);
  result["value"] = std::move(value);
  return result;
}

void requireSession(const std::string& session) {
  if (session.empty()) {
    throw ApiError(ErrorCode::ServerError, "'sessionId' parameter is required");
  }
}

std::string sessionOrNew(const std::string& session) {
  return session.empty() ? makeUuid() : session;
}

// Absent ones are none; a list holds no named ones.
Json::Value namedOrNone(const Json::Value& params) {
  return params.isObject() ? params : Json::Value(Json::objectValue);
}

// Not twice, even if it throws.
void give(OnResult& done, Json::Value result) { std::exchange(done, nullptr)(std::move(result)); }

Task replyWith(Json::Value result, OnResult& done) {
  return [result = std::move(result), done = std::exchange(done, nullptr)]() mutable {
    done(std::move(result));
  };
}

void addKnown(const Json::Value& value, const ObjectDirectory& directory,
              std::set<std::string>& pipelines) {
  if (value.isArray() || value.isObject()) {
    for (const Json::Value& member : value) addKnown(member, directory, pipelines);
  } else if (value.isString()) {
    const std::string id = value.asString();
    if (directory.find(id) && !directory.isPermanent(id)) pipelines.insert(rootOf(id));
  }
}

}  // namespace

const Dispatcher::Method Dispatcher::kMethods[] = {
    {"ping", &Dispatcher::ping, Method::Params::Optional},
    {"connect", &Dispatcher::connect, Method::Params::Optional},
    {"create", &Dispatcher::create, Method::Params::Required},
    {"invoke", &Dispatcher::invoke, Method::Params::Required},
    {"describe", &Dispatcher::describe, Method::Params::Required},
    {"subscribe", &Dispatcher::subscribe, Method::Params::Required},
    {"unsubscribe", &Dispatcher::unsubscribe, Method::Params::Required},
    {"release", &Dispatcher::release, Method::Params::Required},
    {"ref", &Dispatcher::ref, Method::Params::Required},
    {"unref", &Dispatcher::unref, Method::Params::Required},
    {"keepAlive", &Dispatcher::keepAlive, Method::Params::Required},
    {"transaction", &Dispatcher::transaction, Method::Params::Required},
    {"closeSession", &Dispatcher::closeSession, Method::Params::Required},
};

const Dispatcher::Method* Dispatcher::findMethod(std::string_view name) {
  const auto found = std::ranges::find(kMethods, name, &Method::name);
  return found == std::end(kMethods) ? nullptr : found;
}

void Dispatcher::dispatch(Request request, std::string session, OnResult done) {
  dispatchAt(std::move(request), std::move(session), 0, std::move(done));
}

void Dispatcher::dispatchAt(Request request, std::string session, int depth, OnResult done) {
  try {
    run(request, std::move(session), depth, done);
  } catch (const ApiError& error) {
    if (done) done(std::unexpected(error));
  } catch (const std::exception& error) {
    MS_LOG(kLog, Error, request.method << ": " << error.what());
    if (done) done(std::unexpected(unexpectedError(error.what())));
  }
}

void Dispatcher::run(Request& request, std::string session, int depth, OnResult& done) {
  const Method* const method = findMethod(request.method);
  if (!method) throw ApiError(ErrorCode::MethodNotFound, "Method not found.");
  Json::Value& params = request.params;
  if (!params.isNull() && !params.isObject()) throw unexpectedError("'params' should be an object");
  const bool has_any = params.isObject() || !session.empty();
  if (method->params == Method::Params::Required && !has_any) {
    throw ApiError(ErrorCode::InvalidParams, "'params' is required");
  }
  around_.sessions.touch(session);
  Invocation call{namedOrNone(params), std::move(session), depth};
  (this->*method->handler)(call, done);
}

std::set<std::string> Dispatcher::pipelinesOf(const Request& request) const {
  std::set<std::string> pipelines;
  if (!request.params.isObject()) return pipelines;
  addKnown(request.params, around_.directory, pipelines);
  // An object that is gone already: its release may not be answered yet.
  const Json::Value& object = request.params["object"];
  if (object.isString() && !around_.directory.isPermanent(object.asString())) {
    pipelines.insert(rootOf(object.asString()));
  }
  return pipelines;
}

void Dispatcher::ping(Invocation& call, OnResult& done) {
  Json::Value result(Json::objectValue);
  result["value"] = "pong";
  if (!call.session.empty()) result["sessionId"] = call.session;
  give(done, std::move(result));
}

void Dispatcher::connect(Invocation& call, OnResult& done) {
  if (!call.session.empty() && !around_.sessions.has(call.session)) {
    throw ApiError(ErrorCode::InvalidSession, "Invalid session");
  }
  if (call.session.empty() && !takes_new_sessions_) {
    throw ApiError(ErrorCode::NotEnoughResources, "The server is stopping");
  }
  Json::Value result = sessionResult(sessionOrNew(call.session));
  result["serverId"] = around_.server_id;
  give(done, std::move(result));
}

void Dispatcher::create(Invocation& call, OnResult& done) {
  const std::string type = requireString(call.params, "type");
  const model::ClassDescriptor* const descriptor = around_.modules.findClass(type);
  const model::Factory* const factory =
      descriptor ? around_.modules.findFactory(*descriptor) : nullptr;
  if (!factory) {
    throw ApiError(ErrorCode::MediaObjectNotAvailable, "Factory '" + type + "' not found");
  }
  const Json::Value& arguments = call.params["constructorParams"];
  if (!arguments.isNull() && !arguments.isObject()) {
    throw ApiError(ErrorCode::MarshallError, "'constructorParams' should be an object");
  }
  around_.resources.checkRoom(Loop::now());
  const std::string session = sessionOrNew(call.session);
  around_.sessions.checkRoom(session);

  SessionResolver resolver(around_.directory, around_.sessions, session);
  model::Construction construction;
  try {
    if (descriptor->bind_constructor) {
      construction = descriptor->bind_constructor(namedOrNone(arguments), resolver);
    }
  } catch (const ApiError& error) {
    if (!arguments.isNull() || error.code() != ErrorCode::MarshallError) throw;
    throw ApiError(ErrorCode::MarshallError, "'constructorParams' is required");
  }
  around_.life.create(*descriptor, *factory, std::move(construction), session,
                      [session, done = std::exchange(done, nullptr)](auto made) mutable {
                        if (!made) return done(std::unexpected(made.error()));
                        done(valueResult(session, *made));
                      });
}

void Dispatcher::invoke(Invocation& call, OnResult& done) {
  const std::string operation = requireString(call.params, "operation");
  const std::string id = requireString(call.params, "object");
  const std::string session = sessionOrNew(call.session);
  const Json::Value arguments = namedOrNone(call.params["operationParams"]);

  SessionResolver resolver(around_.directory, around_.sessions, session);
  const ObjectPtr object = resolver.resolve(id);
  const model::Method* const method = object->descriptor().findMethod(operation);
  if (!method) {
    throw ApiError(ErrorCode::MalformedTransaction, "Method '" + operation + "' with " +
                                                        std::to_string(arguments.size()) +
                                                        " parameters not found");
  }
  model::Call work = method->bind(arguments, resolver);
  runCall(around_.control, object, std::move(work),
          [session, done = std::exchange(done, nullptr)](model::Result result) mutable {
            if (!result) return done(std::move(result));
            done(valueResult(session, std::move(*result)));
          });
}

void Dispatcher::describe(Invocation& call, OnResult& done) {
  const std::string id = requireString(call.params, "object");
  const std::string session = sessionOrNew(call.session);
  SessionResolver resolver(around_.directory, around_.sessions, session);
  const model::ClassDescriptor& descriptor = resolver.resolve(id)->descriptor();

  Json::Value result = sessionResult(session);
  result["type"] = std::string(descriptor.name);
  result["qualifiedType"] = std::string(descriptor.qualified_name);
  Json::Value& hierarchy = result["hierarchy"] = Json::Value(Json::arrayValue);
  for (const std::string_view name : descriptor.hierarchy()) hierarchy.append(std::string(name));
  give(done, std::move(result));
}

void Dispatcher::subscribe(Invocation& call, OnResult& done) {
  const std::string type = requireString(call.params, "type");
  const std::string id = requireString(call.params, "object");
  const std::string session = sessionOrNew(call.session);
  SessionResolver resolver(around_.directory, around_.sessions, session);
  if (!resolver.resolve(id)->descriptor().hasEvent(type)) {
    throw ApiError(ErrorCode::MediaObjectEventNotSupported, "Event '" + type + "' not supported");
  }
  give(done, valueResult(session, around_.subscriptions.subscribe(session, id, type)));
}

void Dispatcher::unsubscribe(Invocation& call, OnResult& done) {
  requireString(call.params, "object");
  const std::string subscription = requireString(call.params, "subscription");
  requireSession(call.session);
  around_.subscriptions.unsubscribe(call.session, subscription);
  give(done, sessionResult(call.session));
}

void Dispatcher::release(Invocation& call, OnResult& done) {
  const std::string id = requireString(call.params, "object");
  const std::string session = sessionOrNew(call.session);
  around_.life.release({id}, replyWith(sessionResult(session), done));
}

void Dispatcher::ref(Invocation& call, OnResult& done) {
  const std::string id = requireString(call.params, "object");
  const std::string session = sessionOrNew(call.session);
  SessionResolver(around_.directory, around_.sessions, session).resolve(id);
  give(done, sessionResult(session));
}

void Dispatcher::unref(Invocation& call, OnResult& done) {
  const std::string id = requireString(call.params, "object");
  requireSession(call.session);
  if (!around_.directory.find(id)) throw objectNotFound(id);
  around_.life.unreference(call.session, id, replyWith(sessionResult(call.session), done));
}

void Dispatcher::keepAlive(Invocation& call, OnResult& done) {
  requireSession(call.session);
  if (!around_.sessions.has(call.session)) {
    throw ApiError(ErrorCode::InvalidSession, "Invalid session");
  }
  give(done, sessionResult(call.session));
}

void Dispatcher::transaction(Invocation& call, OnResult& done) {
  const Json::Value& operations = requireArray(call.params, "operations");
  const int depth = call.depth + 1;
  if (depth > around_.limits.transaction_depth) {
    throw ApiError(ErrorCode::MalformedTransaction, "Transactions are nested too deeply");
  }
  const std::string session = sessionOrNew(call.session);
  const auto transaction = std::make_shared<Transaction>(
      operations, session, around_.limits,
      [this, session, depth](Request operation, OnResult replied) {
        dispatchAt(std::move(operation), session, depth, std::move(replied));
      },
      [session, done = std::exchange(done, nullptr)](model::Result replies) mutable {
        if (!replies) return done(std::move(replies));
        done(valueResult(session, std::move(*replies)));
      });
  transaction->start();
}

void Dispatcher::closeSession(Invocation& call, OnResult& done) {
  requireSession(call.session);
  const Json::Value& release = call.params["release"];
  if (!release.isBool() || !release.asBool()) {
    return around_.life.endSession(call.session, replyWith({}, done));
  }
  around_.life.release(around_.sessions.objectsOf(call.session), replyWith({}, done));
  around_.life.endSession(call.session, nullptr);
}

}  // namespace ms::rpc
