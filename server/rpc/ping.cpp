#include "server/rpc/ping.h"

#include <json/value.h>

#include <future>
#include <memory>
#include <utility>

#include "server/base/loop.h"
#include "server/rpc/connector.h"
#include "server/rpc/json_rpc.h"
#include "server/rpc/web_socket_connection.h"

namespace ms::rpc {
namespace {

constexpr int kJsonDepth = 8;
constexpr const char* kRequest = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";

// Shared with callbacks that may come after the question was given up.
struct Question final : WebSocketConnection::Observer, std::enable_shared_from_this<Question> {
  Question(Loop& on, std::string where) : loop(on), uri(std::move(where)) {}

  void ask() {
    WebSocketAddress target;
    if (!parseWebSocketUri(uri, target)) return finish("'" + uri + "' is not a ws or wss URI");
    connectStream(loop, target.host, target.port,
                  target.is_secure ? makeTlsClientContext() : nullptr,
                  [self = shared_from_this()](auto stream) {
                    if (self->is_finished) return;
                    if (!stream) return self->finish(stream.error());
                    self->start(std::move(*stream));
                  });
  }

  void start(std::unique_ptr<Stream> stream) {
    connection = std::make_shared<WebSocketConnection>(loop, limits, 0, std::move(stream), *this);
    connection->startClient(uri);
  }

  void finish(std::string problem) {
    if (std::exchange(is_finished, true)) return;
    outcome.set_value(std::move(problem));
  }

  void giveUp() {
    is_finished = true;
    if (const auto open = connection) open->abort();
  }

  void onOpen(WebSocketConnection& opened, const std::string&) override { opened.send(kRequest); }

  void onMessage(WebSocketConnection& from, std::string message) override {
    from.answered(message.size());
    const auto reply = parseJson(message, kJsonDepth);
    const bool is_pong = reply && reply->isObject() && (*reply)["result"].isObject() &&
                         (*reply)["result"]["value"] == "pong";
    finish(is_pong ? "" : "the answer is no pong");
  }

  void onGone(WebSocketConnection&) override {
    connection.reset();
    finish("the connection ended without an answer");
  }

  bool hasRoom() override { return true; }
  HttpResponse onHttp(const std::string&, const std::string&) override { return {}; }

  Loop& loop;
  const std::string uri;
  const RpcLimits limits;
  std::shared_ptr<WebSocketConnection> connection;
  std::promise<std::string> outcome;
  bool is_finished = false;
};

}  // namespace

std::string pingServer(const std::string& uri, Duration within) {
  Loop loop("ping");
  const auto question = std::make_shared<Question>(loop, uri);
  auto outcome = question->outcome.get_future();
  loop.post([question] { question->ask(); });
  const bool is_told = outcome.wait_for(within) == std::future_status::ready;
  loop.runAndWait([&] { question->giveUp(); });
  loop.runAndWait([] {});  // Callbacks of what was aborted.
  return is_told ? outcome.get() : "no answer in time";
}

}  // namespace ms::rpc
