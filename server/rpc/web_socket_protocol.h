// The WebSocket protocol (RFC 6455) of one connection without its socket: bytes come in by
// receive(), bytes and messages go out through the owner. Also answers plain HTTP requests.
//
// Driven by WebSocketConnection, on one thread. Behind it is websocketpp, which compiles as C++17
// only: so does this header, and nothing of that library leaves web_socket_protocol.cpp.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "server/rpc/http_response.h"

namespace ms::rpc {

// Called from inside start(), receive(), send() and close(); must not destroy the protocol.
class WebSocketOwner {
 public:
  virtual ~WebSocketOwner() = default;
  virtual void write(const char* bytes, std::size_t size) = 0;
  // Whether one more WebSocket is welcome; if not, the handshake gets 503.
  virtual bool hasRoom() = 0;
  // The handshake is done; `resource` is path and query as sent. Clients get "".
  virtual void onOpen(const std::string& resource) = 0;
  // A whole message, text or binary. Text was checked to be UTF-8.
  virtual void onMessage(std::string message) = 0;
  virtual HttpResponse onHttp(const std::string& method, const std::string& resource) = 0;
  // A close frame is on its way out: from now on nothing can be sent.
  virtual void onClosing(int code, const std::string& reason) = 0;
  // All is said: what was written shall still go out, then the socket ends.
  virtual void onEnd() = 0;
};

class WebSocketProtocol {
 public:
  virtual ~WebSocketProtocol() = default;
  // The socket is ready. A client writes its handshake now.
  virtual void start() = 0;
  // Bytes after the end are ignored.
  virtual void receive(const char* bytes, std::size_t size) = 0;
  // False when the connection is not open (any more).
  virtual bool send(const std::string& text) = 0;
  // Starts the closing handshake (RFC 6455 §7); no effect unless open. `reason`: at most 123 bytes.
  virtual void close(int code, const std::string& reason) = 0;
};

// A message above `max_message_bytes` closes the connection with 1009, text that is not UTF-8 with
// 1007.
std::unique_ptr<WebSocketProtocol> makeWebSocketServer(WebSocketOwner& owner,
                                                       std::size_t max_message_bytes);
// `uri`: ws(s)://host[:port][/path]. Null when it is not one.
std::unique_ptr<WebSocketProtocol> makeWebSocketClient(WebSocketOwner& owner,
                                                       std::size_t max_message_bytes,
                                                       const std::string& uri);

// What a ws(s) URI says where to connect; false when it is not one.
struct WebSocketAddress {
  std::string host;
  std::string port;
  bool is_secure = false;
};
bool parseWebSocketUri(const std::string& uri, WebSocketAddress& address);

}  // namespace ms::rpc
