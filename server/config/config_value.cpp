#include "server/config/config_value.h"

#include <json/json.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <sstream>

#include "server/config/config_error.h"

namespace ms::config {
namespace {

// What an error text shows of a value.
constexpr std::size_t kMostShown = 120;

std::string shown(const Json::Value& json) {
  Json::StreamWriterBuilder builder;
  builder["indentation"] = "";
  auto text = Json::writeString(builder, json);
  if (text.size() > kMostShown) text = text.substr(0, kMostShown) + "...";
  return text;
}

template <class T>
std::optional<T> parsed(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string shortest(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

}  // namespace

void ConfigValue::fail(const std::string& expected) const {
  throw ConfigError(file_ + ": '" + key_ + "' is " + shown(json_) + ", expected " + expected);
}

std::string ConfigValue::text() const {
  if (!json_.isConvertibleTo(Json::stringValue) || json_.isNull()) fail("a string");
  return json_.asString();
}

bool ConfigValue::yesNo() const {
  if (json_.isBool()) return json_.asBool();
  const auto word = json_.isString() || json_.isIntegral() ? json_.asString() : std::string();
  if (word == "true" || word == "1") return true;
  if (word == "false" || word == "0") return false;
  fail("true or false");
}

std::int64_t ConfigValue::whole(std::int64_t min, std::int64_t max) const {
  std::optional<std::int64_t> value;
  if (json_.isInt64() && !json_.isBool()) value = json_.asInt64();
  if (json_.isString()) value = parsed<std::int64_t>(json_.asString());
  if (!value || *value < min || *value > max)
    fail("a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  return *value;
}

double ConfigValue::real(double min, double max) const {
  std::optional<double> value;
  if (json_.isNumeric() && !json_.isBool()) value = json_.asDouble();
  if (json_.isString()) value = parsed<double>(json_.asString());
  if (!value || !std::isfinite(*value) || *value < min || *value > max)
    fail("a number from " + shortest(min) + " to " + shortest(max));
  return *value;
}

}  // namespace ms::config
