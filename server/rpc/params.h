// Reads the top-level parameters of a request, with the protocol's errors.
#pragma once

#include <json/forwards.h>

#include <string>

namespace ms::rpc {

// Numbers, booleans and null pass as strings. Throws ApiError -32000 "'x' parameter is required" or
// "'x' parameter should be a string".
std::string requireString(const Json::Value& params, const char* name);
// Throws likewise.
const Json::Value& requireArray(const Json::Value& params, const char* name);
// Empty when it is absent or null. Throws ApiError -32000, also above `max_bytes`.
std::string sessionIdOf(const Json::Value& params, std::size_t max_bytes);

}  // namespace ms::rpc
