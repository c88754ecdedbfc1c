// JSON-RPC 2.0 framing as the Kurento protocol uses it: text <-> requests, replies, notifications.
//
// Replies are compact JSON in ASCII (other characters escaped), so that what a client sent comes
// back as valid UTF-8 in any case.
#pragma once

#include <json/value.h>

#include <expected>
#include <string>
#include <string_view>
#include <variant>

#include "server/model/api_error.h"

namespace ms::rpc {

struct Request {
  Json::Value id;  // Null: a notification, which wants no reply.
  std::string method;
  Json::Value params;  // An object, or null when there are none.
};

// Strict JSON (RFC 8259) with at most `depth` nested values; nothing when it is not.
std::expected<Json::Value, std::monostate> parseJson(std::string_view text, int depth);
std::string writeJson(const Json::Value& value);

// What a request that is none is answered with: the error and the id to name.
struct BadRequest {
  Json::Value id;
  model::ApiError error;
};

// Checks the members that every request has; unknown ones are ignored.
std::expected<Request, BadRequest> readRequest(Json::Value json);

Json::Value makeResult(const Json::Value& id, Json::Value result);
// With `data.type` when the code has a name.
Json::Value makeError(const Json::Value& id, const model::ApiError& error);
// The reply to `request`, which may be null (no reply): a result for a notification is told as an
// error (facts of the protocol, docs/protocol.md).
Json::Value makeReply(const Json::Value& id, std::expected<Json::Value, model::ApiError> outcome);
Json::Value makeNotification(std::string_view method, Json::Value params);

model::ApiError parseError();
// -32603; for what nobody expected.
model::ApiError unexpectedError(std::string_view what);

}  // namespace ms::rpc
