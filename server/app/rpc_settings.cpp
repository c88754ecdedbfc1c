#include "server/app/rpc_settings.h"

#include <exception>
#include <optional>

#include "server/app/demo_content.h"
#include "server/base/log.h"

namespace ms::app {
namespace {

LogCategory kLog("KurentoWebSocketTransport");

rpc::RpcLimits limitsOf(const config::ServerConfig& config) {
  rpc::RpcLimits limits;
  limits.message_bytes = config.websocket.max_message_bytes;
  limits.json_depth = config.websocket.max_json_depth;
  limits.connections = config.websocket.max_connections;
  limits.send_queue_bytes = config.websocket.max_send_queue_bytes;
  limits.requests_in_flight = config.websocket.max_requests_in_flight;
  limits.sessions = config.resources.max_sessions;
  limits.objects_per_session = config.resources.max_objects_per_session;
  limits.subscriptions_per_session = config.resources.max_subscriptions_per_session;
  return limits;
}

// RFC 3986 §3.2.2: an IPv6 number stands in brackets.
std::string urlHost(const std::string& address) {
  if (address.empty() || address == "0.0.0.0" || address == "::") return "127.0.0.1";
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

rpc::ListenAddress addressOf(const config::WebSocketConfig& config, std::uint16_t port) {
  return {.host = config.address,
          .port = port,
          .versions = config.ipv6 ? rpc::IpVersions::Both : rpc::IpVersions::Ipv4,
          .backlog = config.connection_queue};
}

void maybeListen(rpc::RpcServer& server, const config::WebSocketConfig& config, std::uint16_t port,
                 const std::optional<rpc::TlsCertificate>& tls, std::vector<OpenListener>& opened) {
  if (port == 0) return;
  try {
    const auto bound = server.listen(addressOf(config, port), tls);
    opened.push_back({tls ? "wss" : "ws", bound});
  } catch (const std::exception& error) {
    MS_LOG(kLog, Error, "cannot listen on port " << port << ": " << error.what());
  }
}

}  // namespace

rpc::RpcSettings rpcSettings(const config::ServerConfig& config) {
  rpc::RpcSettings settings;
  settings.path = config.websocket.path;
  settings.control.limits = limitsOf(config);
  settings.control.caching =
      config.resources.disable_request_cache ? rpc::RequestCaching::Off : rpc::RequestCaching::On;
  settings.control.resource_shares = {.exception_limit = config.resources.exception_limit,
                                      .kill_limit = config.resources.kill_limit};
  settings.garbage_collector_period = config.resources.garbage_collector_period;
  settings.http = demoContent;
  return settings;
}

std::string OpenListener::webSocketUrl(const config::WebSocketConfig& config) const {
  return scheme + "://" + urlHost(config.address) + ":" + std::to_string(port) + "/" + config.path;
}

std::string OpenListener::pageUrl(const config::WebSocketConfig& config) const {
  return (scheme == "wss" ? "https://" : "http://") + urlHost(config.address) + ":" +
         std::to_string(port) + "/";
}

std::vector<OpenListener> openListeners(rpc::RpcServer& server,
                                        const config::WebSocketConfig& config) {
  std::vector<OpenListener> opened;
  maybeListen(server, config, config.port, std::nullopt, opened);
  maybeListen(
      server, config, config.secure.port,
      rpc::TlsCertificate{.file = config.secure.certificate, .password = config.secure.password},
      opened);
  return opened;
}

std::string localUrl(const config::WebSocketConfig& config) {
  if (config.port != 0) return OpenListener{"ws", config.port}.webSocketUrl(config);
  if (config.secure.port != 0) return OpenListener{"wss", config.secure.port}.webSocketUrl(config);
  return {};
}

void announce(rpc::RpcServer& server, const config::WebSocketConfig& config,
              const std::vector<OpenListener>& listeners) {
  if (config.registrar.address.empty()) return;
  const auto& own = listeners.back();  // The secure one where there is one.
  server.registerAt({.address = config.registrar.address,
                     .own_address = own.scheme + "://" + urlHost(config.registrar.local_address) +
                                    ":" + std::to_string(own.port) + "/" + config.path});
}

}  // namespace ms::app
