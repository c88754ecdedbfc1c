// All settings of the server, read once at start and never changed: typed, checked, with defaults.
// Names, ranges and meaning of the keys behind the members: docs/configuration.md.
#pragma once

#include <json/forwards.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace ms::config {

struct SecureWebSocketConfig {
  std::uint16_t port = 0;   // 0: off.
  std::string certificate;  // Absolute path of a PEM file with chain and key; set when port is.
  std::string password;
};

struct RegistrarConfig {
  std::string address;  // ws:// or wss://; empty: off.
  std::string local_address = "localhost";
};

struct WebSocketConfig {
  std::string address;  // Empty: all addresses.
  bool ipv6 = true;
  std::uint16_t port = 8888;  // 0: off.
  int connection_queue = 4096;
  std::string path = "kurento";  // Without the leading slash.
  unsigned threads = 10;
  SecureWebSocketConfig secure;
  RegistrarConfig registrar;

  // Our own limits.
  std::size_t max_message_bytes = 1 << 20;
  int max_json_depth = 1'000;
  std::size_t max_connections = 10'000;
  std::size_t max_send_queue_bytes = 16 << 20;
  std::size_t max_requests_in_flight = 1'000;  // Of one connection.
};

struct ResourcesConfig {
  double exception_limit = 0.8;
  std::optional<double> kill_limit;
  std::chrono::seconds garbage_collector_period{240};
  bool disable_request_cache = false;

  // Our own limits.
  std::size_t max_sessions = 50'000;
  std::size_t max_objects_per_session = 10'000;
  std::size_t max_subscriptions_per_session = 50'000;
};

struct ServerConfig {
  ResourcesConfig resources;
  WebSocketConfig websocket;
  unsigned workers = 0;                // Worker loops; 0: one per core.
  std::chrono::seconds drain_time{0};  // After SIGTERM, for the pipelines that are there.

  // Free form trees, never null.
  std::shared_ptr<const Json::Value> metadata;
  // modules.<module>.<Class>.<key>. Whole numbers and booleans are such, however the file wrote
  // them; everything else that is no list or tree is a string.
  std::shared_ptr<const Json::Value> modules;
};

}  // namespace ms::config
