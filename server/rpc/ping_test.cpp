#include "server/rpc/ping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "server/rpc/test_certificate.h"
#include "server/rpc/web_socket_server.h"

namespace ms::rpc {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kPong = R"({"jsonrpc":"2.0","id":1,"result":{"value":"pong"}})";
constexpr Duration kLong = std::chrono::seconds(30);

// Gives the same answer to every message; none when `answer` is empty.
struct Parrot final : WebSocketServer::Clients {
  explicit Parrot(std::string given) : answer(std::move(given)) {}
  void onOpen(ConnectionId) override {}
  void onMessage(ConnectionId connection, std::string message) override {
    asked = message;
    server.answered(connection, message.size());
    if (!answer.empty()) server.send(connection, answer);
  }
  void onClose(ConnectionId) override {}
  std::string listen(const std::string& scheme = "ws",
                     const std::optional<TlsCertificate>& tls = std::nullopt) {
    const auto port = server.listen({.host = "127.0.0.1"}, tls);
    return scheme + "://127.0.0.1:" + std::to_string(port) + "/kurento";
  }

  const std::string answer;
  std::string asked;
  WebSocketServer server{{.path = "kurento"}, *this};
};

TEST(PingServer, IsSatisfiedByAPong) {
  Parrot server(kPong);
  EXPECT_THAT(pingServer(server.listen(), kLong), IsEmpty());
  server.server.stop();
  EXPECT_THAT(server.asked, HasSubstr("\"ping\""));
}

TEST(PingServer, AsksOverTlsToo) {
  const TestCertificate certificate;
  Parrot server(kPong);
  const auto uri = server.listen("wss", TlsCertificate{certificate.file(), ""});
  EXPECT_THAT(pingServer(uri, kLong), IsEmpty());
}

TEST(PingServer, TellsWhyThereIsNoConnection) {
  std::string uri;
  {
    Parrot server(kPong);
    uri = server.listen();
    server.server.stop();
  }
  EXPECT_THAT(pingServer(uri, kLong), HasSubstr("refused"));
  EXPECT_THAT(pingServer("http://127.0.0.1/", kLong), HasSubstr("not a ws"));
}

TEST(PingServer, IsNotSatisfiedByAnythingElse) {
  for (const char* answer : {R"({"jsonrpc":"2.0","id":1,"error":{"code":-32601}})", "pong", "[]",
                             R"({"result":"pong"})", R"({"result":{"value":1}})"}) {
    Parrot server(answer);
    EXPECT_THAT(pingServer(server.listen(), kLong), HasSubstr("no pong")) << answer;
  }
}

TEST(PingServer, GivesUpOnAServerThatIsSilent) {
  Parrot server("");
  EXPECT_EQ(pingServer(server.listen(), std::chrono::milliseconds(50)), "no answer in time");
}

}  // namespace
}  // namespace ms::rpc
