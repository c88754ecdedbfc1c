#include "server/rpc/params.h"

#include <json/value.h>

#include "server/model/api_error.h"

namespace ms::rpc {
namespace {

[[noreturn]] void throwParameter(const char* name, const char* fault) {
  throw model::ApiError(model::ErrorCode::ServerError,
                        "'" + std::string(name) + "' parameter " + fault);
}

std::string asString(const Json::Value& value, const char* name) {
  if (!value.isConvertibleTo(Json::stringValue)) throwParameter(name, "should be a string");
  return value.asString();
}

}  // namespace

std::string requireString(const Json::Value& params, const char* name) {
  if (!params.isMember(name)) throwParameter(name, "is required");
  return asString(params[name], name);
}

const Json::Value& requireArray(const Json::Value& params, const char* name) {
  if (!params.isMember(name)) throwParameter(name, "is required");
  if (!params[name].isArray()) throwParameter(name, "should be an array");
  return params[name];
}

std::string sessionIdOf(const Json::Value& params, std::size_t max_bytes) {
  if (!params.isObject()) return {};
  std::string id = asString(params["sessionId"], "sessionId");
  if (id.size() > max_bytes) throwParameter("sessionId", "is too long");
  return id;
}

}  // namespace ms::rpc
