#include "server/rpc/rpc_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <optional>

#include "server/rpc/fake_classes.h"
#include "server/rpc/raw_client.h"
#include "server/rpc/test_certificate.h"

namespace ms::rpc {
namespace {

// The server with fake classes on real sockets.
struct Fixture {
  explicit Fixture(RpcSettings settings = {})
      : server(std::move(settings), {.control = control,
                                     .modules = modules,
                                     .modules_config = fake::noConfig(),
                                     .loop_for_pipeline = [this]() -> Loop& { return worker; },
                                     .on_kill_limit = nullptr,
                                     .probe = [] { return ResourceUse{}; }}) {
    server.addPermanent(fake::makeServerManager(control, server.events()));
    port = server.listen({.host = "127.0.0.1"});
  }
  ~Fixture() {
    server.stop();
    worker.stop();
    control.stop();
  }

  std::shared_ptr<fake::Diary> diary = std::make_shared<fake::Diary>();
  model::ModuleRegistry modules = fake::makeModules(diary);
  Loop control{"control"};
  Loop worker{"worker"};
  RpcServer server;
  std::uint16_t port = 0;
};

constexpr char kCreate[] =
    R"({"jsonrpc":"2.0","id":1,"method":"create","params":{"type":"MediaPipeline","sessionId":"s"}})";

std::string subscribe(const std::string& object, const std::string& type) {
  return R"({"jsonrpc":"2.0","id":2,"method":"subscribe","params":{"object":")" + object +
         R"(","type":")" + type + R"("}})";
}

TEST(RpcServer, CarriesTheProtocolOverARealSocket) {
  Fixture f;
  RawClient client(f.port);
  client.upgrade();
  EXPECT_EQ(client.call(R"({"jsonrpc":"2.0","id":0,"method":"ping"})")["result"]["value"], "pong");
  EXPECT_EQ(client.call("garbage")["error"]["code"], -32700);
  EXPECT_TRUE(client.call(subscribe(kServerManagerId, "ObjectCreated")).isMember("result"));
  const Json::Value event = client.call(
      R"({"jsonrpc":"2.0","id":3,"method":"create","params":{"type":"MediaPipeline"}})");
  EXPECT_EQ(event["method"], "onEvent");
  const Json::Value reply = client.readJson();
  EXPECT_EQ(reply["result"]["value"], event["params"]["value"]["data"]["object"]);
}

TEST(RpcServer, StaysWholeWhenAClientVanishesInTheMiddleOfACall) {
  Fixture f;
  {
    RawClient client(f.port);
    client.upgrade();
    const std::string pipeline = client.call(kCreate)["result"]["value"].asString();
    client.sendText(R"({"jsonrpc":"2.0","id":2,"method":"invoke","params":{"object":")" + pipeline +
                    R"(","operation":"echo","operationParams":{"value":1}}})");
  }
  RawClient client(f.port);
  client.upgrade();
  EXPECT_EQ(
      client.call(
          R"({"jsonrpc":"2.0","id":7,"method":"connect","params":{"sessionId":"s"}})")["result"]
                                                                                      ["sessionId"],
      "s");
}

TEST(RpcServer, EndsSessionsWithoutAConnectionByItself) {
  Fixture f({.garbage_collector_period = std::chrono::milliseconds(40)});
  RawClient watcher(f.port);
  watcher.upgrade();
  watcher.call(subscribe(kServerManagerId, "ObjectDestroyed"));
  std::string pipeline;
  {
    RawClient client(f.port);
    client.upgrade();
    pipeline = client.call(kCreate)["result"]["value"].asString();
  }
  EXPECT_EQ(watcher.readJson()["params"]["value"]["data"]["objectId"], pipeline);
}

TEST(RpcServer, StopsWithAThousandObjectsInTime) {
  Fixture f;
  RawClient client(f.port);
  client.upgrade();
  for (int i = 0; i < 1000; ++i) {
    client.sendText(
        R"({"jsonrpc":"2.0","id":1,"method":"create","params":{"type":"MediaPipeline"}})");
  }
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(client.readJson().isMember("result"));

  auto stopped = std::async(std::launch::async, [&] { f.server.stop(); });
  EXPECT_EQ(client.readFrame().closeCode(), 1001);
  client.sendBytes(RawClient::frameOf("\x03\xe9", 8));
  client.close();
  EXPECT_EQ(stopped.wait_for(std::chrono::seconds(5)), std::future_status::ready);
  EXPECT_EQ(f.diary->read().size(), 1000u);
}

TEST(RpcServer, DrainWaitsForThePipelinesThatAreThereAndLetsNoOtherBegin) {
  Fixture f;
  RawClient client(f.port);
  client.upgrade();
  const Json::Value pipeline = client.call(kCreate)["result"]["value"];
  std::promise<void> drained;
  auto ended = drained.get_future();
  f.server.drain([&] { drained.set_value(); });
  const Json::Value refused = client.call(
      R"({"jsonrpc":"2.0","id":9,"method":"create","params":{"type":"MediaPipeline","sessionId":"s"}})");
  EXPECT_EQ(refused["error"]["code"], 40009);
  EXPECT_EQ(ended.wait_for(std::chrono::seconds(0)), std::future_status::timeout);

  RawClient later(f.port);
  later.upgrade();
  EXPECT_EQ(later.call(R"({"jsonrpc":"2.0","id":1,"method":"ping"})")["result"]["value"], "pong");
  later.call(R"({"jsonrpc":"2.0","id":2,"method":"release","params":{"object":")" +
             pipeline.asString() + R"("}})");
  EXPECT_EQ(ended.wait_for(std::chrono::seconds(20)), std::future_status::ready);
}

// --- Registrar
// ------------------------------------------------------------------------------------

// A registrar: keeps what it is told.
struct Registry final : WebSocketServer::Clients {
  void onOpen(ConnectionId connection) override { last = connection; }
  void onMessage(ConnectionId connection, std::string message) override {
    server.answered(connection, message.size());
    const int so_far = count++;
    if (so_far < 2) told[so_far].set_value(std::move(message));
  }
  void onClose(ConnectionId) override {}

  ConnectionId last;
  int count = 0;
  std::promise<std::string> told[2];
  WebSocketServer server{{.path = "registrar"}, *this};
};

TEST(RpcServer, RegistersItselfAndAgainWhenTheRegistrarWasAway) {
  Registry registry;
  const std::uint16_t port = registry.server.listen({.host = "127.0.0.1"}, std::nullopt);
  Fixture f;
  f.server.registerAt({.address = "ws://127.0.0.1:" + std::to_string(port) + "/registrar",
                       .own_address = "ws://here:8888/kurento"});
  EXPECT_EQ(registry.told[0].get_future().get(),
            R"({"jsonrpc":"2.0","method":"register","params":{"ws":"ws://here:8888/kurento"}})");
  registry.server.close(ConnectionId(1), 1001, "away");
  EXPECT_THAT(registry.told[1].get_future().get(), testing::HasSubstr("register"));
}

TEST(RpcServer, RegistersOverTls) {
  const TestCertificate certificate;
  Registry registry;
  const std::uint16_t port =
      registry.server.listen({.host = "127.0.0.1"}, TlsCertificate{certificate.file(), ""});
  Fixture f;
  f.server.registerAt({.address = "wss://127.0.0.1:" + std::to_string(port) + "/registrar",
                       .own_address = "wss://here:8433/kurento"});
  EXPECT_THAT(registry.told[0].get_future().get(), testing::HasSubstr("wss://here:8433/kurento"));
}

TEST(RpcServer, GoesOnTryingWhileThereIsNoRegistrar) {
  Fixture f;
  f.server.registerAt({.address = "ws://127.0.0.1:1/registrar", .own_address = "ws://here"});
  RawClient client(f.port);
  client.upgrade();
  EXPECT_EQ(client.call(R"({"jsonrpc":"2.0","id":0,"method":"ping"})")["result"]["value"], "pong");
}

TEST(RpcServer, RefusesARegistrarAddressThatIsNone) {
  Fixture f;
  EXPECT_THROW(f.server.registerAt({.address = "http://x", .own_address = ""}), std::runtime_error);
  EXPECT_THROW(f.server.registerAt({.address = "nonsense", .own_address = ""}), std::runtime_error);
}

}  // namespace
}  // namespace ms::rpc
