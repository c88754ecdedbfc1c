// Values of the API <-> JSON: the rules that all generated code shares (docs/protocol.md,
// "Values").
//
// Input is as lenient as the protocol's first server was: null converts to anything, numbers and
// booleans pass as strings, strings never as numbers. What cannot be converted is ApiError 40001
// and names the parameter. Only generated .cpp files include this; it pulls in all of JsonCpp.
#pragma once

#include <json/json.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "server/model/object.h"

namespace ms::model {

class ObjectResolver;

// Where an input value stands, for the text of errors: "'sdpMid' property should be a string".
struct Place {
  std::string_view name;
  std::string_view noun;               // kParameter or kProperty.
  std::string_view object_class = {};  // For objects: the qualified name that is wanted.
};

inline constexpr std::string_view kParameter = "parameter";
inline constexpr std::string_view kProperty = "property";

// --- Output
// ---------------------------------------------------------------------------------------

Json::Value toJson(bool value);
Json::Value toJson(int value);
Json::Value toJson(std::int64_t value);
Json::Value toJson(float value);  // As its 32 bits: 0.04f is 0.039999999105930328. NaN, inf: null.
Json::Value toJson(double value);
Json::Value toJson(const std::string& value);
Json::Value toJson(const ObjectPtr& value);  // The id; null for none.

// Registers that others extend travel as shared pointers and know their own class.
template <typename Register>
  requires requires(const Register& value) { value.toJson(); }
Json::Value toJson(const std::shared_ptr<const Register>& value) {
  return value ? value->toJson() : Json::Value();
}

template <typename T>
Json::Value toJson(const std::vector<T>& values) {
  Json::Value list(Json::arrayValue);
  for (const auto& value : values) list.append(toJson(value));
  return list;
}

Json::Value toJson(const std::vector<bool>& values);

// An empty map is null on the wire.
template <typename T>
Json::Value toJson(const std::map<std::string, T>& values) {
  Json::Value map;
  for (const auto& [key, value] : values) map[key] = toJson(value);
  return map;
}

template <typename T>
void writeMember(Json::Value& json, const char* name, const T& value) {
  json[name] = toJson(value);
}

// Members that are not set are left out.
template <typename T>
void writeMember(Json::Value& json, const char* name, const std::optional<T>& value) {
  if (value) json[name] = toJson(*value);
}

// --- Input
// ----------------------------------------------------------------------------------------

void fromJson(const Json::Value& json, const Place& place, ObjectResolver&, bool& out);
void fromJson(const Json::Value& json, const Place& place, ObjectResolver&, int& out);
void fromJson(const Json::Value& json, const Place& place, ObjectResolver&, std::int64_t& out);
void fromJson(const Json::Value& json, const Place& place, ObjectResolver&, float& out);
void fromJson(const Json::Value& json, const Place& place, ObjectResolver&, double& out);
void fromJson(const Json::Value& json, const Place& place, ObjectResolver&, std::string& out);
// By its id, which may be a member of a JSON object. Throws what the resolver throws, and 40107
// when the object is of another class.
void fromJson(const Json::Value& json, const Place& place, ObjectResolver& objects, ObjectPtr& out);

// ApiError 40001 "'x' parameter should be a <kind>".
[[noreturn]] void throwShouldBe(const Place& place, std::string_view kind);

void checkIsList(const Json::Value& json, const Place& place);
void checkIsMap(const Json::Value& json, const Place& place);

template <typename T>
void fromJson(const Json::Value& json, const Place& place, ObjectResolver& objects,
              std::vector<T>& out) {
  checkIsList(json, place);
  out.clear();
  out.reserve(json.size());
  for (const Json::Value& item : json) {
    T value{};
    fromJson(item, place, objects, value);
    out.push_back(std::move(value));
  }
}

template <typename T>
void fromJson(const Json::Value& json, const Place& place, ObjectResolver& objects,
              std::map<std::string, T>& out) {
  checkIsMap(json, place);
  out.clear();
  for (auto item = json.begin(); item != json.end(); ++item) {
    fromJson(*item, place, objects, out[item.name()]);
  }
}

// The index of an enumeration's value; ApiError 40001 "Invalid value for 'MediaType'".
std::size_t readEnum(const Json::Value& json, const Place& place, std::string_view enum_name,
                     std::span<const std::string_view> values);

struct RegisterType {
  std::string_view module;                  // "kurento" or the module's name.
  std::string_view name;                    // "IceCandidate"
  std::span<const std::string_view> known;  // All registers that `module` is known to have.
};

// Throws unless `json` is an object (or null) whose markers, if any, name `type`: 40001, or 40003
// for a class that does not exist or does not fit.
void checkRegister(const Json::Value& json, const Place& place, const RegisterType& type);

// Whether the markers of `json` name exactly `type`.
bool isMarkedAs(const Json::Value& json, const RegisterType& type);

Json::Value registerJson(std::string_view module, std::string_view name);

// A register's member. Null when it is absent.
const Json::Value* memberOf(const Json::Value& json, std::string_view name);

// What a value of type T has to be, in the words of the protocol.
template <typename T>
struct KindOf {
  static constexpr std::string_view value = std::is_enum_v<T> ? "string" : "object";
};
template <>
struct KindOf<bool> {
  static constexpr std::string_view value = "boolean";
};
template <>
struct KindOf<int> {
  static constexpr std::string_view value = "integer";
};
template <>
struct KindOf<std::int64_t> {
  static constexpr std::string_view value = "int64";
};
template <>
struct KindOf<float> {
  static constexpr std::string_view value = "double";
};
template <>
struct KindOf<double> {
  static constexpr std::string_view value = "double";
};
template <>
struct KindOf<std::string> {
  static constexpr std::string_view value = "string";
};
template <>
struct KindOf<ObjectPtr> {
  static constexpr std::string_view value = "string";
};
template <typename T>
struct KindOf<std::vector<T>> {
  static constexpr std::string_view value = "list";
};
template <typename T>
struct KindOf<std::map<std::string, T>> {
  static constexpr std::string_view value = "map";
};

template <typename T>
void readMember(const Json::Value& json, const Place& place, ObjectResolver& objects, T& out) {
  const Json::Value* member = memberOf(json, place.name);
  if (!member) throwShouldBe(place, KindOf<T>::value);
  fromJson(*member, place, objects, out);
}

template <typename T>
void readMember(const Json::Value& json, const Place& place, ObjectResolver& objects,
                std::optional<T>& out) {
  const Json::Value* member = memberOf(json, place.name);
  if (member) fromJson(*member, place, objects, out.emplace());
}

}  // namespace ms::model
