#include "server/config/tree_file.h"

#include <json/json.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "server/config/config_error.h"
#include "server/config/known_keys.h"
#include "server/config/module_files.h"

namespace {

using ms::config::Format;

int depthOf(const Json::Value& value) {
  int deepest = 0;
  if (value.isObject() || value.isArray())
    for (const auto& child : value) deepest = std::max(deepest, 1 + depthOf(child));
  return deepest;
}

// A setting that was accepted is inside its range.
void checkRanges(const ms::config::ServerConfig& config) {
  if (config.websocket.path.starts_with('/')) std::abort();
  if (config.resources.garbage_collector_period.count() < 1) std::abort();
  if (!(config.resources.exception_limit >= 0)) std::abort();
  if (config.websocket.max_message_bytes < 1024 || config.websocket.threads < 1) std::abort();
}

// Typing values must not change what they say.
void checkTyping(const Json::Value& before) {
  Json::Value after = before;
  ms::config::typeScalars(after);
  if (before.isString() && after.asString() != before.asString()) std::abort();
  if (before.isObject())
    for (const auto& child : before) checkTyping(child);
}

void parse(std::string_view text, Format format) {
  try {
    const auto tree = ms::config::parseTree(text, format, "fuzz");
    if (depthOf(tree) > ms::config::kMaxDepth + 1) std::abort();
    if (tree.isString()) return;  // INFO allows a file that is one value.
    checkTyping(tree);
    ms::config::ServerConfig config;
    ms::config::applyKnownKeys(tree, "/fuzz/fuzz", config);
    checkRanges(config);
  } catch (const ms::config::ConfigError&) {
    return;
  }
}

}  // namespace

// Whatever a file holds, each reader gives a bounded tree or a ConfigError, and so do the settings.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto format : {Format::Json, Format::Ini, Format::Info, Format::Xml})
    parse(text, format);
  return 0;
}
