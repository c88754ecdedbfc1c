// The keys of the main configuration file: which there are, what they may be, where they go.
#pragma once

#include <json/forwards.h>

#include <string>
#include <vector>

#include "server/config/server_config.h"

namespace ms::config {

// Carries what `tree` says into `config`; `metadata` and `modules` are left to the caller. Gives
// back one sentence per key that means nothing here. Throws ConfigError. `file` is the absolute
// path.
std::vector<std::string> applyKnownKeys(const Json::Value& tree, const std::string& file,
                                        ServerConfig& config);

}  // namespace ms::config
