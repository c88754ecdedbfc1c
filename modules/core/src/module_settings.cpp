#include "modules/core/src/module_settings.h"

#include <json/value.h>

#include <charconv>

#include "server/base/log.h"

namespace ms::core {
namespace {

LogCategory category("KurentoConfig");

void warn(const char* class_name, const char* key, const char* expected) {
  MS_LOG(category, Warning,
         "modules.kurento." << class_name << "." << key << " should be " << expected
                            << "; the default is used");
}

}  // namespace

const Json::Value& ModuleSettings::value(const char* class_name, const char* key) const {
  const Json::Value* node = &modules_;
  for (const char* name : {"kurento", class_name, key}) {
    if (!node->isObject() || !node->isMember(name)) return Json::Value::nullSingleton();
    node = &(*node)[name];
  }
  return *node;
}

int ModuleSettings::number(const char* class_name, const char* key, int default_value) const {
  const Json::Value& setting = value(class_name, key);
  if (setting.isNull()) return default_value;
  if (setting.isInt()) return setting.asInt();
  if (setting.isString()) {
    const std::string text = setting.asString();
    int result = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
    if (error == std::errc() && end == text.data() + text.size()) return result;
  }
  warn(class_name, key, "a whole number");
  return default_value;
}

std::string ModuleSettings::text(const char* class_name, const char* key,
                                 const std::string& default_value) const {
  const Json::Value& setting = value(class_name, key);
  if (setting.isNull()) return default_value;
  if (setting.isString() || setting.isNumeric()) return setting.asString();
  warn(class_name, key, "a text");
  return default_value;
}

bool ModuleSettings::flag(const char* class_name, const char* key, bool default_value) const {
  const Json::Value& setting = value(class_name, key);
  if (setting.isNull()) return default_value;
  if (setting.isBool() || setting.isInt()) return setting.asBool();
  if (setting.isString()) {
    const std::string text = setting.asString();
    if (text == "1" || text == "true") return true;
    if (text == "0" || text == "false") return false;
  }
  warn(class_name, key, "true, false, 1 or 0");
  return default_value;
}

}  // namespace ms::core
