#include "server/rpc/json_rpc.h"

#include <json/json.h>

#include <memory>
#include <utility>

namespace ms::rpc {

using model::ApiError;
using model::ErrorCode;

namespace {

constexpr char kVersion[] = "2.0";

Json::CharReaderBuilder strictReader(int depth) {
  Json::CharReaderBuilder builder;
  Json::CharReaderBuilder::strictMode(&builder.settings_);
  builder["strictRoot"] = false;  // A number is JSON, though no request.
  builder["collectComments"] = false;
  builder["allowTrailingCommas"] = false;
  builder["skipBom"] = true;
  builder["stackLimit"] = depth;
  return builder;
}

Json::StreamWriterBuilder compactWriter() {
  Json::StreamWriterBuilder builder;
  builder["indentation"] = "";
  builder["commentStyle"] = "None";
  builder["emitUTF8"] = false;
  return builder;
}

Json::Value frame(const Json::Value& id) {
  Json::Value reply(Json::objectValue);
  reply["jsonrpc"] = kVersion;
  reply["id"] = id;
  return reply;
}

std::string_view typeName(ErrorCode code) {
  return code == ErrorCode::InvalidParams ? "INVALID_PARAMS" : model::errorTypeName(code);
}

}  // namespace

std::expected<Json::Value, std::monostate> parseJson(std::string_view text, int depth) {
  const Json::CharReaderBuilder builder = strictReader(depth);
  const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
  Json::Value value;
  try {
    if (!reader->parse(text.data(), text.data() + text.size(), &value, nullptr)) {
      return std::unexpected(std::monostate());
    }
  } catch (const Json::Exception&) {  // Too deep.
    return std::unexpected(std::monostate());
  }
  return value;
}

std::string writeJson(const Json::Value& value) {
  static const Json::StreamWriterBuilder kWriter = compactWriter();
  return Json::writeString(kWriter, value);
}

std::expected<Request, BadRequest> readRequest(Json::Value json) {
  const auto invalid = [](Json::Value id) {
    const ApiError error(ErrorCode::InvalidRequest, "Invalid JSON-RPC request.");
    return std::unexpected(BadRequest{std::move(id), error});
  };
  if (!json.isObject()) return invalid({});
  Json::Value& id = json["id"];
  const Json::Value& version = json["jsonrpc"];
  const Json::Value& method = json["method"];
  if (id.isArray() || id.isObject()) return invalid({});
  if (!version.isString() || version.asString() != kVersion || !method.isString()) {
    return invalid({});
  }
  return Request{std::move(id), method.asString(), std::move(json["params"])};
}

Json::Value makeResult(const Json::Value& id, Json::Value result) {
  Json::Value reply = frame(id);
  reply["result"] = std::move(result);
  return reply;
}

Json::Value makeError(const Json::Value& id, const ApiError& error) {
  Json::Value reply = frame(id);
  Json::Value& content = reply["error"];
  content["code"] = static_cast<int>(error.code());
  content["message"] = error.what();
  const std::string_view type = typeName(error.code());
  if (!type.empty()) content["data"]["type"] = std::string(type);
  return reply;
}

Json::Value makeReply(const Json::Value& id, std::expected<Json::Value, ApiError> outcome) {
  if (!outcome) return makeError(id, outcome.error());
  if (!id.isNull()) return makeResult(id, std::move(*outcome));
  if (outcome->isNull()) return {};
  Json::Value reply = makeError(
      id, ApiError(ErrorCode::ServerError, "Ignoring response because of a notification request"));
  reply["error"]["data"] = std::move(*outcome);
  return reply;
}

Json::Value makeNotification(std::string_view method, Json::Value params) {
  Json::Value notification(Json::objectValue);
  notification["jsonrpc"] = kVersion;
  notification["method"] = std::string(method);
  notification["params"] = std::move(params);
  return notification;
}

ApiError parseError() { return {ErrorCode::ParseError, "Parse error."}; }

ApiError unexpectedError(std::string_view what) {
  return {ErrorCode::InternalError,
          "Unexpected error while processing method: " + std::string(what)};
}

}  // namespace ms::rpc
