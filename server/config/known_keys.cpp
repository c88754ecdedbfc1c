#include "server/config/known_keys.h"

#include <json/json.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <string_view>

#include "server/config/config_error.h"
#include "server/config/config_value.h"
#include "server/config/start_options.h"

namespace ms::config {
namespace {

constexpr std::int64_t kMostSeconds = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMostCount = 1'000'000;
constexpr std::int64_t kMostBytes = 1024 * 1024 * 1024;

struct Key {
  std::string_view path;
  void (*apply)(const ConfigValue&, ServerConfig&);
};

template <class T>
void setWhole(T& member, const ConfigValue& value, std::int64_t min, std::int64_t max) {
  member = static_cast<T>(value.whole(min, max));
}

std::string besideFile(const ConfigValue& value) {
  const std::filesystem::path path(value.text());
  if (path.empty() || path.is_absolute()) return path;
  return (std::filesystem::path(value.file()).parent_path() / path).lexically_normal();
}

std::string webSocketAddress(const ConfigValue& value) {
  auto address = value.text();
  if (!address.empty() && !address.starts_with("ws://") && !address.starts_with("wss://"))
    value.fail("an address that begins with ws:// or wss://");
  return address;
}

std::string urlPath(const ConfigValue& value) {
  auto path = value.text();
  while (path.starts_with('/')) path.erase(0, 1);
  if (path.find_first_of("?# \t\r\n") != std::string::npos) value.fail("a path without query");
  return path;
}

constexpr Key kKeys[] = {
    {"mediaServer.resources.exceptionLimit",
     [](const ConfigValue& v, ServerConfig& c) { c.resources.exception_limit = v.real(0, 1000); }},
    {"mediaServer.resources.killLimit",
     [](const ConfigValue& v, ServerConfig& c) { c.resources.kill_limit = v.real(0, 1000); }},
    {"mediaServer.resources.garbageCollectorPeriod",
     [](const ConfigValue& v, ServerConfig& c) {
       c.resources.garbage_collector_period = std::chrono::seconds(v.whole(1, kMostSeconds));
     }},
    {"mediaServer.resources.disableRequestCache",
     [](const ConfigValue& v, ServerConfig& c) { c.resources.disable_request_cache = v.yesNo(); }},
    {"mediaServer.resources.maxSessions",
     [](const ConfigValue& v, ServerConfig& c) {
       setWhole(c.resources.max_sessions, v, 1, kMostCount);
     }},
    {"mediaServer.resources.maxSubscriptionsPerSession",
     [](const ConfigValue& v, ServerConfig& c) {
       setWhole(c.resources.max_subscriptions_per_session, v, 1, kMostCount);
     }},
    {"mediaServer.resources.maxObjectsPerSession",
     [](const ConfigValue& v, ServerConfig& c) {
       setWhole(c.resources.max_objects_per_session, v, 1, kMostCount);
     }},
    {"mediaServer.workers",
     [](const ConfigValue& v, ServerConfig& c) { setWhole(c.workers, v, 0, 256); }},
    {"mediaServer.drainTime",
     [](const ConfigValue& v, ServerConfig& c) {
       c.drain_time = std::chrono::seconds(v.whole(0, kMostDrainSeconds));
     }},
    {"mediaServer.net.websocket.address",
     [](const ConfigValue& v, ServerConfig& c) { c.websocket.address = v.text(); }},
    {"mediaServer.net.websocket.ipv6",
     [](const ConfigValue& v, ServerConfig& c) { c.websocket.ipv6 = v.yesNo(); }},
    {"mediaServer.net.websocket.port",
     [](const ConfigValue& v, ServerConfig& c) { setWhole(c.websocket.port, v, 0, 65535); }},
    {"mediaServer.net.websocket.connqueue",
     [](const ConfigValue& v, ServerConfig& c) {
       setWhole(c.websocket.connection_queue, v, 1, 65535);
     }},
    {"mediaServer.net.websocket.path",
     [](const ConfigValue& v, ServerConfig& c) { c.websocket.path = urlPath(v); }},
    {"mediaServer.net.websocket.threads",
     [](const ConfigValue& v, ServerConfig& c) { setWhole(c.websocket.threads, v, 1, 1024); }},
    {"mediaServer.net.websocket.maxMessageSize",
     [](const ConfigValue& v, ServerConfig& c) {
       setWhole(c.websocket.max_message_bytes, v, 1024, kMostBytes);
     }},
    {"mediaServer.net.websocket.maxJsonDepth",
     [](const ConfigValue& v, ServerConfig& c) {
       setWhole(c.websocket.max_json_depth, v, 8, 1000);
     }},
    {"mediaServer.net.websocket.maxConnections",
     [](const ConfigValue& v, ServerConfig& c) {
       setWhole(c.websocket.max_connections, v, 1, kMostCount);
     }},
    {"mediaServer.net.websocket.maxRequestsInFlight",
     [](const ConfigValue& v, ServerConfig& c) {
       setWhole(c.websocket.max_requests_in_flight, v, 1, kMostCount);
     }},
    {"mediaServer.net.websocket.maxSendQueue",
     [](const ConfigValue& v, ServerConfig& c) {
       setWhole(c.websocket.max_send_queue_bytes, v, 1024, kMostBytes);
     }},
    {"mediaServer.net.websocket.secure.port",
     [](const ConfigValue& v, ServerConfig& c) { setWhole(c.websocket.secure.port, v, 0, 65535); }},
    {"mediaServer.net.websocket.secure.certificate",
     [](const ConfigValue& v, ServerConfig& c) { c.websocket.secure.certificate = besideFile(v); }},
    {"mediaServer.net.websocket.secure.password",
     [](const ConfigValue& v, ServerConfig& c) { c.websocket.secure.password = v.text(); }},
    {"mediaServer.net.websocket.registrar.address",
     [](const ConfigValue& v, ServerConfig& c) {
       c.websocket.registrar.address = webSocketAddress(v);
     }},
    {"mediaServer.net.websocket.registrar.localAddress",
     [](const ConfigValue& v, ServerConfig& c) { c.websocket.registrar.local_address = v.text(); }},
};

bool leadsToAKey(const std::string& path) {
  return std::ranges::any_of(kKeys,
                             [&](const Key& key) { return key.path.starts_with(path + "."); });
}

class Walk {
 public:
  Walk(const std::string& file, ServerConfig& config) : file_(file), config_(config) {}

  void visit(const Json::Value& node, const std::string& path) {
    const auto key = std::ranges::find(kKeys, std::string_view(path), &Key::path);
    if (key != std::end(kKeys)) {
      key->apply(ConfigValue(file_, path, node), config_);
    } else if (node.isObject() && (path.empty() || leadsToAKey(path))) {
      for (const auto& name : node.getMemberNames()) {
        const bool is_tree = path.empty() && (name == "metadata" || name == "modules");
        if (!is_tree) visit(node[name], path.empty() ? name : path + "." + name);
      }
    } else if (!(leadsToAKey(path) && isEmpty(node))) {
      warnings_.push_back(file_ + ": key '" + path + "' is unknown and has no effect");
    }
  }

  std::vector<std::string> takeWarnings() { return std::move(warnings_); }

 private:
  // INFO and XML give a section without members as an empty string.
  static bool isEmpty(const Json::Value& node) {
    return node.isNull() || (node.isString() && node.asString().empty());
  }

  const std::string& file_;
  ServerConfig& config_;
  std::vector<std::string> warnings_;
};

}  // namespace

std::vector<std::string> applyKnownKeys(const Json::Value& tree, const std::string& file,
                                        ServerConfig& config) {
  Walk walk(file, config);
  walk.visit(tree, "");
  auto warnings = walk.takeWarnings();

  const auto& resources = config.resources;
  if (resources.kill_limit && *resources.kill_limit > resources.exception_limit)
    warnings.push_back(file +
                       ": 'mediaServer.resources.killLimit' is above 'exceptionLimit', which makes "
                       "the server end itself only after it has refused new objects for a while");

  if (config.websocket.threads != ServerConfig().websocket.threads)
    warnings.push_back(file +
                       ": 'mediaServer.net.websocket.threads' has no effect: one thread serves all "
                       "sockets");

  const auto& secure = config.websocket.secure;
  std::error_code error;
  if (secure.port != 0 && !std::filesystem::is_regular_file(secure.certificate, error))
    throw ConfigError(file +
                      ": 'mediaServer.net.websocket.secure.port' is set, but 'certificate' ('" +
                      secure.certificate + "') is not a file");
  return warnings;
}

}  // namespace ms::config
