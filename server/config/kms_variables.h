// The KMS_ environment variables of Kurento's container image: each is a setting of a class of
// objects, and wins over the configuration files.
#pragma once

#include <json/forwards.h>

#include <string>
#include <vector>

#include "server/config/start_options.h"

namespace ms::config {

// Those that are set and not empty. Throws ConfigError when one makes no sense.
std::vector<ClassSetting> readKmsVariables(const Environment& env);

// Puts them into the tree of modules. Relative paths in them are relative to `folder`, unless the
// class has a configuration file.
void applyClassSettings(const std::vector<ClassSetting>& settings, const std::string& folder,
                        Json::Value& modules);

}  // namespace ms::config
