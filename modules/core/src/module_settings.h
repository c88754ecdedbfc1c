// Reads the `modules` tree of the configuration: modules.kurento.<Class>.<key>. Values come from
// .ini and .json files alike, so a number may be a text. A value that cannot be used is named in
// the log once per process start of an object and the default holds.
#pragma once

#include <json/forwards.h>

#include <string>

namespace ms::core {

class ModuleSettings {
 public:
  // `modules` must outlive this.
  explicit ModuleSettings(const Json::Value& modules) : modules_(modules) {}

  int number(const char* class_name, const char* key, int default_value) const;
  std::string text(const char* class_name, const char* key, const std::string& default_value) const;
  bool flag(const char* class_name, const char* key, bool default_value) const;
  // Null when it is not set.
  const Json::Value& value(const char* class_name, const char* key) const;

 private:
  const Json::Value& modules_;
};

}  // namespace ms::core
