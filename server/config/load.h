// From start options to the settings of the server: reads the main configuration file and those of
// the modules. main.cpp calls it once.
#pragma once

#include <string>
#include <vector>

#include "server/config/server_config.h"
#include "server/config/start_options.h"

namespace ms::config {

struct LoadedConfig {
  ServerConfig config;
  std::vector<std::string> files;     // Those that were read, in this order.
  std::vector<std::string> warnings;  // For the log: unknown keys, folders that are missing.
};

// Without a configuration file in the default place everything keeps its default. A file that was
// named must be there. Throws ConfigError.
LoadedConfig loadConfig(const StartOptions& options);

}  // namespace ms::config
