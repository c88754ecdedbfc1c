#include "server/rpc/registrar.h"

#include <json/value.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "server/base/log.h"
#include "server/rpc/connector.h"
#include "server/rpc/json_rpc.h"
#include "server/rpc/rpc_limits.h"
#include "server/rpc/web_socket_connection.h"

namespace ms::rpc {
namespace {

LogCategory kLog("KurentoWebSocketRegistrar");

WebSocketAddress parse(const std::string& uri) {
  WebSocketAddress address;
  if (!parseWebSocketUri(uri, address)) {
    throw std::runtime_error("the registrar's address '" + uri + "' is not a ws or wss URI");
  }
  return address;
}

}  // namespace

// Shared with the attempt under way, which may end after the Registrar.
struct Registrar::Parts final : WebSocketConnection::Observer, std::enable_shared_from_this<Parts> {
  Parts(Loop& on, RegistrarSettings given)
      : loop(on), settings(std::move(given)), target(parse(settings.address)), retry(on) {}

  void connect() {
    connectStream(loop, target.host, target.port,
                  target.is_secure ? makeTlsClientContext() : nullptr,
                  [self = shared_from_this()](auto stream) {
                    if (self->is_stopped) return;
                    if (!stream) return self->tryAgain(stream.error());
                    self->start(std::move(*stream));
                  });
  }

  void start(std::unique_ptr<Stream> stream) {
    connection = std::make_shared<WebSocketConnection>(loop, limits, 0, std::move(stream), *this);
    connection->startClient(settings.address);
  }

  void tryAgain(const std::string& why) {
    MS_LOG(kLog, Warning,
           "registrar " << settings.address << ": " << why << "; next try in "
                        << wait.count() / 1000 << " ms");
    retry.start(std::exchange(wait, std::min(2 * wait, kLastRetry)), [this] { connect(); });
  }

  void stop() {
    is_stopped = true;
    retry.cancel();
    if (const auto open = connection) open->abort();
  }

  void onOpen(WebSocketConnection& opened, const std::string&) override {
    Json::Value params(Json::objectValue);
    params["ws"] = settings.own_address;
    opened.send(writeJson(makeNotification("register", std::move(params))));
    opened_at = Loop::now();
    MS_LOG(kLog, Info, "registered at " << settings.address << " as " << settings.own_address);
  }

  void onMessage(WebSocketConnection& from, std::string message) override {
    from.answered(message.size());  // It has nothing to say to us.
  }

  void onGone(WebSocketConnection&) override {
    connection.reset();
    if (Loop::now() - opened_at > kLastRetry) wait = kFirstRetry;  // It was there for a while.
    if (!is_stopped) tryAgain("the connection is gone");
  }

  bool hasRoom() override { return true; }
  HttpResponse onHttp(const std::string&, const std::string&) override { return {}; }

  Loop& loop;
  const RegistrarSettings settings;
  const WebSocketAddress target;
  const RpcLimits limits;
  Duration wait = kFirstRetry;
  Timestamp opened_at = Loop::now();
  Timer retry;
  std::shared_ptr<WebSocketConnection> connection;
  bool is_stopped = false;
};

Registrar::Registrar(Loop& loop, RegistrarSettings settings)
    : parts_(std::make_shared<Parts>(loop, std::move(settings))) {
  parts_->connect();
}

Registrar::~Registrar() { parts_->stop(); }

}  // namespace ms::rpc
