// One value of a configuration file on its way to a typed member. Files may write numbers and
// booleans as such or as strings; what does not fit is a ConfigError that names file, key, value
// and what was expected.
#pragma once

#include <json/forwards.h>

#include <cstdint>
#include <string>

namespace ms::config {

class ConfigValue {
 public:
  // Keeps references: lives as long as one call.
  ConfigValue(const std::string& file, const std::string& key, const Json::Value& json)
      : file_(file), key_(key), json_(json) {}

  const std::string& file() const { return file_; }

  std::string text() const;
  bool yesNo() const;  // true, false, 1, 0.
  std::int64_t whole(std::int64_t min, std::int64_t max) const;
  double real(double min, double max) const;

  [[noreturn]] void fail(const std::string& expected) const;

 private:
  const std::string& file_;
  const std::string& key_;
  const Json::Value& json_;
};

}  // namespace ms::config
