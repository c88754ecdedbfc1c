// INI, INFO and XML by way of Boost.PropertyTree, whose slow headers stay behind this function.
#pragma once

#include <json/forwards.h>

#include <string>
#include <string_view>

#include "server/config/tree_file.h"

namespace ms::config {

// Throws ConfigError. The caller has checked the size.
Json::Value parsePropertyTree(std::string_view text, Format format, const std::string& name);

}  // namespace ms::config
