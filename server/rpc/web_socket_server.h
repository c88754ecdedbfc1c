// All WebSocket clients of this server: listeners, connections and a thread of their own, so that
// TLS and slow networks never hold up the control loop.
//
// Every function may be called from any thread. What clients do is told to Clients on that thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/base/strong.h"
#include "server/rpc/http_response.h"
#include "server/rpc/listener.h"
#include "server/rpc/rpc_limits.h"
#include "server/rpc/tls_context.h"

namespace ms::rpc {

using ConnectionId = Strong<struct ConnectionIdTag, std::uint64_t>;

// Gives what is served at a path ("/", "/demo.js"; no query), or nothing for 404. Called on the
// server's thread; must not block.
using HttpContent = std::function<std::optional<HttpResponse>(const std::string& path)>;

struct WebSocketSettings {
  std::string path = "kurento";  // Other paths are closed with 1002. A leading slash is optional.
  RpcLimits limits{};
  HttpContent http{};  // May be empty: then every plain GET gets 426.
};

class WebSocketServer {
 public:
  class Clients {
   public:
    virtual ~Clients() = default;
    virtual void onOpen(ConnectionId connection) = 0;
    // Each must be followed by one answered() of its size.
    virtual void onMessage(ConnectionId connection, std::string message) = 0;
    virtual void onClose(ConnectionId connection) = 0;
  };

  WebSocketServer(WebSocketSettings settings, Clients& clients);
  ~WebSocketServer();
  WebSocketServer(const WebSocketServer&) = delete;
  WebSocketServer& operator=(const WebSocketServer&) = delete;

  // Gives the port. Throws std::runtime_error with the reason. Not from a loop.
  std::uint16_t listen(const ListenAddress& address, const std::optional<TlsCertificate>& tls);

  void send(ConnectionId connection, std::string text);
  void answered(ConnectionId connection, std::size_t message_bytes);
  void close(ConnectionId connection, int code, std::string reason);

  // Closes all connections with 1001 and ends the thread, within the closing time. Not from a loop.
  void stop();

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

}  // namespace ms::rpc
