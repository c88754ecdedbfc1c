#include "server/rpc/web_socket_server.h"

#include <future>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/base/log.h"
#include "server/base/loop.h"
#include "server/rpc/web_socket_connection.h"

namespace ms::rpc {
namespace {

LogCategory kLog("KurentoWebSocketTransport");

constexpr int kProtocolError = 1002;  // RFC 6455 §7.4.1.
constexpr int kGoingAway = 1001;

// Connections above the limit that are still told so (HTTP 503); further ones are just dropped.
constexpr std::size_t kMaxRefusedAtOnce = 64;

// "kurento" of "/kurento?token=x".
std::string pathOf(const std::string& resource) {
  const std::size_t start = resource.starts_with('/') ? 1 : 0;
  return resource.substr(start, resource.find('?') - start);
}

std::string withoutSlash(std::string path) {
  return path.starts_with('/') ? path.substr(1) : std::move(path);
}

}  // namespace

struct WebSocketServer::Parts final : WebSocketConnection::Observer {
  Parts(WebSocketSettings given, Clients& told)
      : settings(std::move(given)), path(withoutSlash(settings.path)), clients(told) {}

  void accept(std::unique_ptr<Stream> stream) {
    if (connections.size() >= settings.limits.connections + kMaxRefusedAtOnce) {
      return stream->close();
    }
    const auto connection = std::make_shared<WebSocketConnection>(loop, settings.limits, next_id++,
                                                                  std::move(stream), *this);
    connections.emplace(connection->id(), connection);
    connection->startServer();
  }

  bool hasRoom() override { return connections.size() <= settings.limits.connections; }

  void onOpen(WebSocketConnection& connection, const std::string& resource) override {
    if (pathOf(resource) != path) return connection.close(kProtocolError, "Invalid path");
    clients.onOpen(ConnectionId(connection.id()));
  }

  void onMessage(WebSocketConnection& connection, std::string message) override {
    clients.onMessage(ConnectionId(connection.id()), std::move(message));
  }

  void onGone(WebSocketConnection& connection) override {
    if (connection.isOpen()) clients.onClose(ConnectionId(connection.id()));
    connections.erase(connection.id());
    if (connections.empty() && is_stopping) all_gone.set_value();
  }

  HttpResponse onHttp(const std::string& method, const std::string& resource) override {
    HttpResponse response = contentOf(method, resource);
    if (method == "HEAD") response.body.clear();
    return response;
  }

  HttpResponse contentOf(const std::string& method, const std::string& resource) {
    if (method != "GET" && method != "HEAD") {
      return {.status = 405, .body = "Only GET and HEAD are served here.\n"};
    }
    const std::string requested = pathOf(resource);
    if (!settings.http || requested == path) {
      return {.status = 426, .body = "This is a WebSocket address.\n"};
    }
    return settings.http("/" + requested)
        .value_or(HttpResponse{.status = 404, .body = "There is nothing here.\n"});
  }

  // Runs `work` on the connection, if it is still there.
  template <class Work>
  void with(ConnectionId id, Work work) {
    loop.post([this, id, work = std::move(work)]() mutable {
      const auto found = connections.find(*id);
      if (found == connections.end()) return;
      const auto connection = found->second;
      work(*connection);
    });
  }

  std::vector<std::shared_ptr<WebSocketConnection>> all() const {
    std::vector<std::shared_ptr<WebSocketConnection>> copy;
    for (const auto& [id, connection] : connections) copy.push_back(connection);
    return copy;
  }

  void closeAll() {
    listeners.clear();
    if (connections.empty()) return all_gone.set_value();
    is_stopping = true;
    for (const auto& connection : all()) connection->close(kGoingAway, "Server shutdown");
  }

  const WebSocketSettings settings;
  const std::string path;
  Clients& clients;
  std::uint64_t next_id = 1;
  std::unordered_map<std::uint64_t, std::shared_ptr<WebSocketConnection>> connections;
  std::vector<std::unique_ptr<Listener>> listeners;
  bool is_stopping = false;
  bool is_stopped = false;  // Only stop()'s.
  std::promise<void> all_gone;
  Loop loop{"websocket"};  // The last member: its thread ends before what it uses.
};

WebSocketServer::WebSocketServer(WebSocketSettings settings, Clients& clients)
    : parts_(std::make_unique<Parts>(std::move(settings), clients)) {}

WebSocketServer::~WebSocketServer() { stop(); }

std::uint16_t WebSocketServer::listen(const ListenAddress& address,
                                      const std::optional<TlsCertificate>& tls) {
  const TlsContext context = tls ? makeTlsServerContext(*tls) : nullptr;
  std::uint16_t port = 0;
  std::exception_ptr failure;
  parts_->loop.runAndWait([&] {
    try {
      auto listener = std::make_unique<Listener>(
          parts_->loop, address, context,
          [parts = parts_.get()](auto stream) { parts->accept(std::move(stream)); });
      port = listener->port();
      parts_->listeners.push_back(std::move(listener));
    } catch (...) {
      failure = std::current_exception();
    }
  });
  if (failure) std::rethrow_exception(failure);
  MS_LOG(kLog, Info, (tls ? "wss" : "ws") << " listens on port " << port);
  return port;
}

void WebSocketServer::send(ConnectionId connection, std::string text) {
  parts_->with(connection, [text = std::move(text)](auto& found) { found.send(text); });
}

void WebSocketServer::answered(ConnectionId connection, std::size_t message_bytes) {
  parts_->with(connection, [message_bytes](auto& found) { found.answered(message_bytes); });
}

void WebSocketServer::close(ConnectionId connection, int code, std::string reason) {
  parts_->with(connection,
               [code, reason = std::move(reason)](auto& found) { found.close(code, reason); });
}

void WebSocketServer::stop() {
  if (std::exchange(parts_->is_stopped, true)) return;
  std::future<void> gone = parts_->all_gone.get_future();
  parts_->loop.runAndWait([this] { parts_->closeAll(); });
  gone.wait_for(parts_->settings.limits.closing_time + std::chrono::milliseconds(500));
  parts_->loop.runAndWait([this] {
    for (const auto& connection : parts_->all()) connection->abort();
  });
  parts_->loop.runAndWait([] {});  // Callbacks of what was aborted.
  parts_->loop.stop();
}

}  // namespace ms::rpc
