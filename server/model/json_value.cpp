#include "server/model/json_value.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "server/model/api_error.h"
#include "server/model/descriptor.h"

namespace ms::model {
namespace {

[[noreturn]] void throwMarshallError(const std::string& message) {
  throw ApiError(ErrorCode::MarshallError, message);
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

// Json::Value::isConvertibleTo says 5000000000 and "7" are no int, and that null, true and 5.7 are.
void check(const Json::Value& json, const Place& place, Json::ValueType type,
           std::string_view kind) {
  if (!json.isConvertibleTo(type)) throwShouldBe(place, kind);
}

bool isInt64(const Json::Value& json) {
  if (json.isNull() || json.isBool() || json.isInt64()) return true;
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  return json.isDouble() && json.asDouble() >= -kLimit && json.asDouble() < kLimit;
}

std::string readMarker(const Json::Value& json, std::string_view name) {
  const Json::Value* marker = memberOf(json, name);
  if (!marker) return {};
  check(*marker, {name, kProperty}, Json::stringValue, "string");
  return marker->asString();
}

// Kurento's client for JavaScript sends an object that was awaited whole, where the parameter is
// not called sink, hub or object: its id is among the members.
const Json::Value& idOf(const Json::Value& json) {
  const Json::Value* const id = json.isObject() ? memberOf(json, "id") : nullptr;
  return id && id->isString() ? *id : json;
}

}  // namespace

Json::Value toJson(bool value) { return Json::Value(value); }
Json::Value toJson(int value) { return Json::Value(value); }
Json::Value toJson(std::int64_t value) { return Json::Value(Json::Int64(value)); }
Json::Value toJson(float value) { return toJson(double{value}); }
Json::Value toJson(double value) {
  return std::isfinite(value) ? Json::Value(value) : Json::Value();
}
Json::Value toJson(const std::string& value) { return Json::Value(value); }
Json::Value toJson(const ObjectPtr& value) {
  return value ? Json::Value(value->id()) : Json::Value();
}

// Not by the template: its elements are no references, and GCC 12 warns of them.
Json::Value toJson(const std::vector<bool>& values) {
  Json::Value list(Json::arrayValue);
  for (std::size_t i = 0; i < values.size(); ++i) list.append(bool{values[i]});
  return list;
}

void throwShouldBe(const Place& place, std::string_view kind) {
  throwMarshallError(quoted(place.name) + " " + std::string(place.noun) + " should be a " +
                     std::string(kind));
}

void fromJson(const Json::Value& json, const Place& place, ObjectResolver&, bool& out) {
  check(json, place, Json::booleanValue, KindOf<bool>::value);
  out = json.asBool();
}

void fromJson(const Json::Value& json, const Place& place, ObjectResolver&, int& out) {
  check(json, place, Json::intValue, KindOf<int>::value);
  out = json.asInt();
}

void fromJson(const Json::Value& json, const Place& place, ObjectResolver&, std::int64_t& out) {
  if (!isInt64(json)) throwShouldBe(place, KindOf<std::int64_t>::value);
  out = json.asInt64();
}

void fromJson(const Json::Value& json, const Place& place, ObjectResolver&, float& out) {
  check(json, place, Json::realValue, KindOf<float>::value);
  constexpr double kMax = std::numeric_limits<float>::max();
  out = static_cast<float>(std::clamp(json.asDouble(), -kMax, kMax));
}

void fromJson(const Json::Value& json, const Place& place, ObjectResolver&, double& out) {
  check(json, place, Json::realValue, KindOf<double>::value);
  out = json.asDouble();
}

void fromJson(const Json::Value& json, const Place& place, ObjectResolver&, std::string& out) {
  check(json, place, Json::stringValue, KindOf<std::string>::value);
  out = json.asString();
}

void fromJson(const Json::Value& json, const Place& place, ObjectResolver& objects,
              ObjectPtr& out) {
  const Json::Value& id = idOf(json);
  check(id, place, Json::stringValue, KindOf<ObjectPtr>::value);
  ObjectPtr object = objects.resolve(id.asString());
  if (!object->descriptor().isA(place.object_class)) {
    throw ApiError(ErrorCode::MediaObjectIllegalParam,
                   quoted(place.name) + " " + std::string(place.noun) + " should be a " +
                       std::string(place.object_class) + ", which " + quoted(object->id()) +
                       " is not");
  }
  out = std::move(object);
}

void checkIsList(const Json::Value& json, const Place& place) {
  if (!json.isNull() && !json.isArray()) throwShouldBe(place, "list");
}

void checkIsMap(const Json::Value& json, const Place& place) {
  if (!json.isNull() && !json.isObject()) throwShouldBe(place, "map");
}

std::size_t readEnum(const Json::Value& json, const Place& place, std::string_view enum_name,
                     std::span<const std::string_view> values) {
  check(json, place, Json::stringValue, KindOf<std::string>::value);
  const auto found = std::ranges::find(values, json.asString());
  if (found == values.end()) throwMarshallError("Invalid value for " + quoted(enum_name));
  return static_cast<std::size_t>(found - values.begin());
}

void checkRegister(const Json::Value& json, const Place& place, const RegisterType& type) {
  if (!json.isNull() && !json.isObject()) throwShouldBe(place, "object");
  const std::string module = readMarker(json, "__module__");
  const std::string name = readMarker(json, "__type__");
  if (name.empty() || (name == type.name && (module.empty() || module == type.module))) return;
  const bool exists = (module.empty() || module == type.module) &&
                      std::ranges::find(type.known, name) != type.known.end();
  if (exists) throw ApiError(ErrorCode::UnexpectedError, "Type " + name + " is not compatible");
  throw ApiError(ErrorCode::UnexpectedError,
                 "Type " + name + " does not exist in module " +
                     (module.empty() ? std::string(type.module) : module));
}

bool isMarkedAs(const Json::Value& json, const RegisterType& type) {
  if (!json.isObject() || readMarker(json, "__type__") != type.name) return false;
  const std::string module = readMarker(json, "__module__");
  return module.empty() || module == type.module;
}

Json::Value registerJson(std::string_view module, std::string_view name) {
  Json::Value json(Json::objectValue);
  json["__module__"] = std::string(module);
  json["__type__"] = std::string(name);
  return json;
}

const Json::Value* memberOf(const Json::Value& json, std::string_view name) {
  return json.isObject() ? json.find(name.data(), name.data() + name.size()) : nullptr;
}

}  // namespace ms::model
