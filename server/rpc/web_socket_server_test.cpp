#include "server/rpc/web_socket_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>

#include <atomic>
#include <list>
#include <optional>

#include "server/rpc/raw_client.h"
#include "server/rpc/test_certificate.h"

namespace ms::rpc {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kPing[] = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";

// Gives every message back, `copies` times; with `copies` 0 it never answers.
class EchoServer final : private WebSocketServer::Clients {
 public:
  explicit EchoServer(RpcLimits limits = {}, HttpContent http = {})
      : server({.path = "/kurento", .limits = limits, .http = std::move(http)}, *this) {}

  std::uint16_t listen() { return server.listen({.host = "127.0.0.1"}, std::nullopt); }

  std::atomic<int> copies = 1;
  std::atomic<int> opened = 0;
  std::atomic<int> closed = 0;
  std::atomic<int> received = 0;
  WebSocketServer server;

 private:
  void onOpen(ConnectionId) override { ++opened; }
  void onMessage(ConnectionId connection, std::string message) override {
    ++received;
    for (int i = 0; i < copies; ++i) server.send(connection, message);
    if (copies > 0) server.answered(connection, message.size());
  }
  void onClose(ConnectionId) override { ++closed; }
};

// --- The handshake
// --------------------------------------------------------------------------------

TEST(WebSocketServer, AcceptsTheHandshakeAndCarriesMessages) {
  EchoServer echo;
  RawClient client(echo.listen());
  const std::string header = client.upgrade();
  EXPECT_THAT(header, StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(header, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  EXPECT_THAT(header, HasSubstr("Server: WebSocket++/0.8.2"));
  client.sendText(kPing);
  EXPECT_EQ(client.readFrame().payload, kPing);
  EXPECT_EQ(echo.opened, 1);
}

TEST(WebSocketServer, TakesBinaryFramesAndFragmentsAsMessages) {
  EchoServer echo;
  RawClient client(echo.listen());
  client.upgrade();
  client.sendBytes(RawClient::frameOf(kPing, 2));
  EXPECT_EQ(client.readFrame().payload, kPing);
  client.sendBytes(std::string("\x01\x81\0\0\0\0a", 7) + std::string("\x80\x81\0\0\0\0b", 7));
  EXPECT_EQ(client.readFrame().payload, "ab");
}

TEST(WebSocketServer, AcceptsOldClientsAndNoExtension) {
  EchoServer echo;
  RawClient client(echo.listen());
  const std::string header =
      client.upgrade("/kurento?access_token=x",
                     "Origin: 127.0.0.1:8888\r\nSec-WebSocket-Extensions: permessage-deflate\r\n");
  EXPECT_THAT(header, StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(header, Not(HasSubstr("Sec-WebSocket-Extensions")));
  client.sendText("x");
  EXPECT_EQ(client.readFrame().payload, "x");
}

TEST(WebSocketServer, ClosesOtherPathsAfterTheHandshake) {
  EchoServer echo;
  const std::uint16_t port = echo.listen();
  for (const char* path : {"/", "/kurento/", "/other", "/Kurento", "//kurento", "/kurento/x"}) {
    RawClient client(port);
    EXPECT_THAT(client.upgrade(path), StartsWith("HTTP/1.1 101 ")) << path;
    const Frame frame = client.readFrame();
    EXPECT_EQ(frame.closeCode(), 1002) << path;
    EXPECT_EQ(frame.closeReason(), "Invalid path") << path;
    client.sendBytes(RawClient::frameOf(frame.payload, 8));
    EXPECT_TRUE(client.isEnded()) << path;
  }
  EXPECT_EQ(echo.opened, 0);
}

TEST(WebSocketServer, AnswersAPlainGetWith426AndAnUpgradeWithoutKeyWith500) {
  EchoServer echo;
  const std::uint16_t port = echo.listen();
  RawClient plain(port);
  plain.sendBytes("GET /kurento HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(plain.readAll(), StartsWith("HTTP/1.1 426 Upgrade Required\r\n"));
  RawClient health(port);
  health.sendBytes(
      "GET /kurento HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_THAT(health.readAll(), StartsWith("HTTP/1.1 500 "));
}

TEST(WebSocketServer, ServesContentBesideTheWebSocket) {
  EchoServer echo({}, [](const std::string& path) -> std::optional<HttpResponse> {
    if (path != "/") return std::nullopt;
    return HttpResponse{.content_type = "text/html", .body = "<p>hello"};
  });
  const std::uint16_t port = echo.listen();
  const auto get = [&](const std::string& line) {
    RawClient client(port);
    client.sendBytes(line + " HTTP/1.1\r\nHost: x\r\n\r\n");
    return client.readAll();
  };
  EXPECT_THAT(get("GET /?x=1"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(get("GET /"), HasSubstr("Content-Type: text/html\r\n"));
  EXPECT_THAT(get("GET /"), testing::EndsWith("\r\n\r\n<p>hello"));
  EXPECT_THAT(get("GET /kurento"), StartsWith("HTTP/1.1 426 "));
  EXPECT_THAT(get("GET /nothing"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(get("POST /"), StartsWith("HTTP/1.1 405 "));
}

TEST(WebSocketServer, RefusesGarbageAndDraftVersionsWithoutHarm) {
  EchoServer echo;
  const std::uint16_t port = echo.listen();
  for (const std::string& garbage :
       {std::string("\0\xff\x01 nonsense \r\n\r\n", 17), std::string("GET\r\n\r\n"),
        "GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n",
        std::string("GET /kurento HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: "
                    "websocket\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: "
                    "dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")}) {
    RawClient client(port);
    client.sendBytes(garbage);
    const std::string answer = client.readAll();
    EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 4")) << answer;
  }
  RawClient client(port);
  EXPECT_THAT(client.upgrade(), StartsWith("HTTP/1.1 101 "));
}

TEST(WebSocketServer, EndsHandshakesThatTakeTooLong) {
  EchoServer echo({.handshake_time = std::chrono::milliseconds(20)});
  const std::uint16_t port = echo.listen();
  RawClient silent(port);
  EXPECT_TRUE(silent.isEnded());
  RawClient slow(port);
  slow.sendBytes("GET /kurento HTTP/1.1\r\n");
  EXPECT_TRUE(slow.isEnded());
}

TEST(WebSocketServer, TellsConnectionsAboveTheLimitSo) {
  EchoServer echo({.connections = 1});
  const std::uint16_t port = echo.listen();
  RawClient first(port);
  first.upgrade();
  RawClient second(port);
  EXPECT_THAT(second.upgrade(), StartsWith("HTTP/1.1 503 "));
  first.sendText("still here");
  EXPECT_EQ(first.readFrame().payload, "still here");
}

// --- Messages
// -------------------------------------------------------------------------------------

TEST(WebSocketServer, ClosesWith1009WhenAMessageIsTooLong) {
  EchoServer echo({.message_bytes = 1000});
  RawClient client(echo.listen());
  client.upgrade();
  client.sendText(std::string(1000, 'x'));
  EXPECT_EQ(client.readFrame().payload.size(), 1000u);
  client.sendText(std::string(1001, 'x'));
  const Frame frame = client.readFrame();
  EXPECT_EQ(frame.closeCode(), 1009);
  EXPECT_THAT(frame.closeReason(), HasSubstr("too large"));
  EXPECT_EQ(echo.received, 1);
}

TEST(WebSocketServer, ReadsOnWhileItClosesSoThatTheReasonArrives) {
  EchoServer echo({.message_bytes = 1000});
  RawClient client(echo.listen());
  client.upgrade();
  EXPECT_TRUE(client.sendText(std::string(20 << 20, 'x')));
  EXPECT_EQ(client.readFrame().closeCode(), 1009);
}

TEST(WebSocketServer, ClosesWith1007WhenTextIsNoUtf8) {
  EchoServer echo;
  RawClient client(echo.listen());
  client.upgrade();
  client.sendText("\xff\xfe");
  EXPECT_EQ(client.readFrame().closeCode(), 1007);
}

TEST(WebSocketServer, ClosesWith1002WhenFramesAreNotMasked) {
  EchoServer echo;
  RawClient client(echo.listen());
  client.upgrade();
  client.sendBytes("\x81\x01x");
  EXPECT_EQ(client.readFrame().closeCode(), 1002);
}

TEST(WebSocketServer, AnswersPingsAndTheClosingHandshake) {
  EchoServer echo;
  RawClient client(echo.listen());
  client.upgrade();
  client.sendBytes(RawClient::frameOf("are you there", 9));
  const Frame pong = client.readFrame();
  EXPECT_EQ(pong.opcode, 10);
  EXPECT_EQ(pong.payload, "are you there");
  client.sendBytes(RawClient::frameOf("\x03\xe8", 8));
  EXPECT_EQ(client.readFrame().closeCode(), 1000);
  EXPECT_TRUE(client.isEnded());
}

TEST(WebSocketServer, ClosesAClientThatDoesNotReadAndSaysWhy) {
  EchoServer echo({.send_queue_bytes = 1 << 20});
  echo.copies = 64;
  RawClient slow(echo.listen(), "127.0.0.1", 4096);
  slow.upgrade();
  RawClient other(echo.server.listen({.host = "127.0.0.1"}, std::nullopt));
  other.upgrade();

  // Each brings back 64 MiB less what the kernel keeps; none of it is read yet.
  slow.sendText(std::string(1 << 20, 'x'));
  Frame frame = slow.readFrame();
  while (frame.opcode == 1) frame = slow.readFrame();

  EXPECT_EQ(frame.closeCode(), 1008);
  EXPECT_THAT(frame.closeReason(), HasSubstr("reads too slowly"));
  echo.copies = 1;
  other.sendText("x");
  EXPECT_EQ(other.readFrame().payload, "x");
}

TEST(WebSocketServer, DoesNotReadAConnectionWithTooManyUnansweredRequests) {
  EchoServer echo({.requests_in_flight = 2});
  echo.copies = 0;
  RawClient client(echo.listen());
  client.upgrade();
  client.sendText("1");
  client.sendText("2");
  // What is in the same piece of the stream may still come; this is more than one piece.
  for (int i = 0; i < 100; ++i) client.sendText(std::string(1000, 'x'));
  RawClient other(echo.server.listen({.host = "127.0.0.1"}, std::nullopt));
  other.upgrade();  // By now the server has come round to everything.
  EXPECT_LT(echo.received, 20);

  echo.copies = 1;
  echo.server.answered(ConnectionId(1), 1);
  for (int i = 0; i < 10; ++i) echo.server.answered(ConnectionId(1), 1000);
  EXPECT_EQ(client.readFrame().payload.size(), 1000u);
}

TEST(WebSocketServer, SurvivesRandomFrames) {
  EchoServer echo;
  const std::uint16_t port = echo.listen();
  std::uint32_t state = 1;
  for (int round = 0; round < 50; ++round) {
    RawClient client(port);
    client.upgrade();
    std::string noise(300, '\0');
    for (char& c : noise) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    client.sendBytes(noise);
  }
  RawClient client(port);
  client.upgrade();
  client.sendText("x");
  EXPECT_EQ(client.readFrame().payload, "x");
}

// --- Listeners
// ------------------------------------------------------------------------------------

TEST(WebSocketServer, ListensOnIpv6AndIpv4WithOneSocket) {
  EchoServer echo;
  const std::uint16_t port = echo.server.listen({}, std::nullopt);
  RawClient v4(port);
  EXPECT_THAT(v4.upgrade(), StartsWith("HTTP/1.1 101 "));
  RawClient v6(port, "::1");
  if (!v6.isConnected()) GTEST_SKIP() << "this machine has no IPv6";
  EXPECT_THAT(v6.upgrade(), StartsWith("HTTP/1.1 101 "));
}

TEST(WebSocketServer, ListensOnIpv4OnlyWhenToldSo) {
  EchoServer echo;
  const std::uint16_t port = echo.server.listen({.versions = IpVersions::Ipv4}, std::nullopt);
  EXPECT_TRUE(RawClient(port).isConnected());
  EXPECT_FALSE(RawClient(port, "::1").isConnected());
}

TEST(WebSocketServer, SaysWhyItCannotListen) {
  EchoServer echo;
  const std::uint16_t port = echo.listen();
  const auto reason = [&](const ListenAddress& address, const std::optional<TlsCertificate>& tls) {
    try {
      echo.server.listen(address, tls);
      return std::string("it listens");
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
  };
  EXPECT_THAT(
      reason({.host = "127.0.0.1", .port = port}, std::nullopt),
      HasSubstr("cannot listen on 127.0.0.1:" + std::to_string(port) + ": Address already"));
  EXPECT_THAT(reason({.host = "192.0.2.1"}, std::nullopt), HasSubstr("cannot listen on 192.0.2.1"));
  EXPECT_THAT(reason({}, TlsCertificate{"/nowhere.pem", ""}), HasSubstr("/nowhere.pem"));
}

TEST(WebSocketServer, StopSaysGoingAwayToAll) {
  EchoServer echo({.closing_time = std::chrono::milliseconds(50)});
  const std::uint16_t port = echo.listen();
  std::list<RawClient> clients;
  for (int i = 0; i < 20; ++i) clients.emplace_back(port).upgrade();
  RawClient unfinished(port);
  echo.server.stop();
  for (RawClient& client : clients) {
    EXPECT_EQ(client.readFrame().closeCode(), 1001);
    EXPECT_TRUE(client.isEnded());
  }
  EXPECT_TRUE(unfinished.isEnded());
  EXPECT_EQ(echo.closed, 20);
}

// --- TLS
// ------------------------------------------------------------------------------------------

TEST(WebSocketServer, SpeaksTls) {
  const TestCertificate certificate("secret");
  EchoServer echo;
  const std::uint16_t port =
      echo.server.listen({.host = "127.0.0.1"}, TlsCertificate{certificate.file(), "secret"});
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    RawClient client(port);
    ASSERT_TRUE(client.startTls(version));
    EXPECT_THAT(client.upgrade(), StartsWith("HTTP/1.1 101 "));
    client.sendText(std::string(100'000, 'x'));
    EXPECT_EQ(client.readFrame().payload.size(), 100'000u);
  }
}

TEST(WebSocketServer, RefusesTlsBefore12AndWhatIsNoTls) {
  const TestCertificate certificate;
  EchoServer echo;
  const std::uint16_t port =
      echo.server.listen({.host = "127.0.0.1"}, TlsCertificate{certificate.file(), ""});
  RawClient old(port);
  EXPECT_FALSE(old.startTls(TLS1_1_VERSION));
  RawClient plain(port);
  plain.sendBytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(plain.readAll(), Not(HasSubstr("HTTP")));
  RawClient client(port);
  EXPECT_TRUE(client.startTls());
}

TEST(WebSocketServer, SaysThatThePasswordIsWrong) {
  const TestCertificate certificate("secret");
  EchoServer echo;
  EXPECT_THROW(
      echo.server.listen({.host = "127.0.0.1"}, TlsCertificate{certificate.file(), "guess"}),
      std::runtime_error);
}

}  // namespace
}  // namespace ms::rpc
