// What the configuration means to the control plane: its settings, and the sockets it listens on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/config/server_config.h"
#include "server/rpc/rpc_server.h"

namespace ms::app {

rpc::RpcSettings rpcSettings(const config::ServerConfig& config);

struct OpenListener {
  std::string scheme;  // "ws" or "wss".
  std::uint16_t port = 0;

  // "ws://127.0.0.1:8888/kurento"; all addresses are shown as 127.0.0.1.
  std::string webSocketUrl(const config::WebSocketConfig& config) const;
  // "http://127.0.0.1:8888/".
  std::string pageUrl(const config::WebSocketConfig& config) const;
};

// Opens what the configuration asks for. One that cannot be opened is told of in the log; the
// others go on. Not from a loop.
std::vector<OpenListener> openListeners(rpc::RpcServer& server,
                                        const config::WebSocketConfig& config);

// Where the server with this configuration is reached from its own machine. Empty: nowhere.
std::string localUrl(const config::WebSocketConfig& config);

// Begins to announce this server when a registrar is configured. `listeners` is not empty. Throws
// std::runtime_error.
void announce(rpc::RpcServer& server, const config::WebSocketConfig& config,
              const std::vector<OpenListener>& listeners);

}  // namespace ms::app
