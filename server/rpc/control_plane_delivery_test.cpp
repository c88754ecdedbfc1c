// What the control plane sends without being asked, what it remembers, and where it says no.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/rpc/control_plane.h"
#include "server/rpc/control_plane_harness.h"

namespace ms::rpc {
namespace {

constexpr ConnectionId kSecond = ControlPlaneHarness::kSecond;

// --- Events
// ---------------------------------------------------------------------------------------

TEST(ControlPlane, NotifiesSubscribersOncePerSession) {
  ControlPlaneHarness server;
  const std::string element = server.createElement(server.createPipeline());
  const Json::Value subscription = params({{"object", element}, {"type", "Raised"}});
  const std::string first = server.get("subscribe", subscription)["value"].asString();
  const std::string second = server.get("subscribe", subscription)["value"].asString();
  EXPECT_NE(first, second);

  server.post("invoke", server.invokeParams(element, "raise", json(R"({"x":1})")));

  Json::Value expected = json(R"({"jsonrpc":"2.0","method":"onEvent",
                                  "params":{"value":{"data":{"x":1},"type":"Raised"}}})");
  expected["params"]["value"]["object"] = element;
  EXPECT_EQ(server.receive(), expected);
  EXPECT_TRUE(server.receive().isMember("result"));
  EXPECT_FALSE(server.hasReceived());
}

TEST(ControlPlane, NotifiesUntilTheLastSubscriptionGoes) {
  ControlPlaneHarness server;
  const std::string element = server.createElement(server.createPipeline());
  const auto raise = [&] {
    server.call("invoke", server.invokeParams(element, "raise"), kSecond);
    return server.hasReceived();
  };
  const Json::Value subscription = params({{"object", element}, {"type", "Raised"}});
  Json::Value first = params({{"object", element}});
  Json::Value second = first;
  first["subscription"] = server.get("subscribe", subscription)["value"];
  second["subscription"] = server.get("subscribe", subscription)["value"];

  server.get("unsubscribe", first);
  EXPECT_TRUE(raise());
  server.receive();
  server.get("unsubscribe", second);
  EXPECT_FALSE(raise());
  server.get("unsubscribe", second);  // Unknown by now: fine.
}

TEST(ControlPlane, RefusesUnknownEvents) {
  ControlPlaneHarness server;
  const std::string pipeline = server.createPipeline();
  const Json::Value reply = server.call("subscribe", params({{"object", pipeline}, {"type", "X"}}));
  EXPECT_EQ(errorOf(reply), "40106 Event 'X' not supported");
  EXPECT_EQ(reply["error"]["data"]["type"], "MEDIA_OBJECT_EVENT_NOT_SUPPORTED");
  EXPECT_EQ(errorOf(server.call("subscribe", params({{"object", "x"}, {"type", "Error"}}))),
            "40101 Object 'x' not found");
}

TEST(ControlPlane, EventsFollowTheSessionToItsNewestConnection) {
  ControlPlaneHarness server;
  const std::string pipeline =
      server.get("create", json(R"({"type":"MediaPipeline","sessionId":"a"})"))["value"].asString();
  server.get("subscribe", params({{"object", pipeline}, {"type", "Raised"}}));
  server.get("connect", json(R"({"sessionId":"a"})"), kSecond);
  server.call("invoke", server.invokeParams(pipeline, "raise"), ConnectionId(3));
  EXPECT_FALSE(server.hasReceived());
  EXPECT_EQ(server.receive(kSecond)["method"], "onEvent");
}

TEST(ControlPlane, ServerManagerTellsOfObjectsThatComeAndGo) {
  ControlPlaneHarness server;
  for (const char* type : {"ObjectCreated", "ObjectDestroyed"}) {
    server.get("subscribe", params({{"object", kServerManagerId}, {"type", type}}));
  }
  const std::string pipeline = server.createPipeline(kSecond);
  Json::Value created = server.receive()["params"]["value"];
  EXPECT_EQ(created["type"], "ObjectCreated");
  EXPECT_EQ(created["object"], kServerManagerId);
  EXPECT_EQ(created["data"]["object"], pipeline);
  EXPECT_EQ(created["data"]["source"], kServerManagerId);
  EXPECT_TRUE(created["data"]["tags"].isArray());
  EXPECT_TRUE(created["data"]["timestampMillis"].isString());

  const std::string element = server.createElement(pipeline, kSecond);
  server.receive();
  server.get("release", params({{"object", pipeline}}), kSecond);
  EXPECT_EQ(server.receive()["params"]["value"]["data"]["objectId"], element);
  EXPECT_EQ(server.receive()["params"]["value"]["data"]["objectId"], pipeline);
}

TEST(ControlPlane, TellsOfObjectsWithTheTagsOfServerManager) {
  ControlPlaneHarness server;
  server.get("subscribe", params({{"object", kServerManagerId}, {"type", "ObjectCreated"}}));
  Json::Value name;
  name["name"] = "tagged";
  server.get("invoke", server.invokeParams(kServerManagerId, "setName", name));
  server.createPipeline(kSecond);

  EXPECT_EQ(server.receive()["params"]["value"]["data"]["tags"][0], "tagged");
}

// --- Request cache
// --------------------------------------------------------------------------------

TEST(ControlPlane, AnswersARepeatedRequestWithoutCarryingItOutAgain) {
  ControlPlaneHarness server;
  const std::string request =
      R"({"jsonrpc":"2.0","id":9999,"method":"create","params":{"type":"MediaPipeline","sessionId":"a"}})";
  const Json::Value first = server.callText(request);
  EXPECT_EQ(server.callText(request), first);
  EXPECT_EQ(server.callText(
                R"({"jsonrpc":"2.0","id":"9999","method":"ping","params":{"sessionId":"a"}})"),
            first);
  EXPECT_EQ(server.objectCount(), 1u);
}

TEST(ControlPlane, ARepeatDuringTheFirstGetsTheSameReply) {
  ControlPlaneHarness server;
  const std::string pipeline = server.createPipeline();
  Json::Value request = json(R"({"jsonrpc":"2.0","id":50,"method":"invoke"})");
  request["params"] = server.invokeParams(pipeline, "wait");
  request["params"]["sessionId"] = "a";
  server.sendText(writeJson(request));
  server.sendText(writeJson(request), kSecond);
  EXPECT_FALSE(server.hasReceived(kSecond));
  server.get("invoke", server.invokeParams(pipeline, "finishWaiting"), ConnectionId(3));
  EXPECT_EQ(server.receive()["result"]["value"], "waited");
  EXPECT_EQ(server.receive(kSecond)["result"]["value"], "waited");
}

TEST(ControlPlane, CachesErrorsTooAndForgetsAfterTwentySeconds) {
  ControlPlaneHarness server;
  const std::string request =
      R"({"jsonrpc":"2.0","id":1,"method":"describe","params":{"object":"x","sessionId":"a"}})";
  const std::string create =
      R"({"jsonrpc":"2.0","id":1,"method":"create","params":{"type":"MediaPipeline","sessionId":"a"}})";
  EXPECT_EQ(server.callText(request)["error"]["code"], 40101);
  EXPECT_EQ(server.callText(create)["error"]["code"], 40101);
  server.onControl([&] { server.now += std::chrono::milliseconds(20'000); });
  EXPECT_TRUE(server.callText(create).isMember("result"));
}

TEST(ControlPlane, CachesOnlyRequestsThatNameTheirSession) {
  ControlPlaneHarness server;
  const std::string request =
      R"({"jsonrpc":"2.0","id":7,"method":"create","params":{"type":"MediaPipeline"}})";
  EXPECT_NE(server.callText(request), server.callText(request));
  EXPECT_EQ(server.objectCount(), 2u);
}

TEST(ControlPlane, CarriesRepeatsOutWhenTheCacheIsOff) {
  ControlPlaneHarness server({.caching = RequestCaching::Off});
  const std::string request =
      R"({"jsonrpc":"2.0","id":7,"method":"create","params":{"type":"MediaPipeline","sessionId":"a"}})";
  EXPECT_NE(server.callText(request), server.callText(request));
  EXPECT_EQ(server.objectCount(), 2u);
}

// --- Limits
// ---------------------------------------------------------------------------------------

TEST(ControlPlane, LimitsObjectsPerSession) {
  ControlPlaneHarness server({.limits = {.objects_per_session = 2}});
  const std::string pipeline = server.createPipeline();
  server.createElement(pipeline);
  const Json::Value reply = server.call("create", json(R"({"type":"MediaPipeline"})"));
  EXPECT_EQ(errorOf(reply), "40009 Reached limit of objects per session: 2");
  EXPECT_EQ(reply["error"]["data"]["type"], "NOT_ENOUGH_RESOURCES");
  server.createPipeline(kSecond);
}

TEST(ControlPlane, LimitsSessions) {
  ControlPlaneHarness server({.limits = {.sessions = 1}});
  server.createPipeline();
  EXPECT_EQ(errorOf(server.call("create", json(R"({"type":"MediaPipeline"})"), kSecond)),
            "40009 Reached limit of sessions: 1");
  server.createPipeline();
}

TEST(ControlPlane, LimitsSubscriptionsPerSession) {
  ControlPlaneHarness server({.limits = {.subscriptions_per_session = 1}});
  const Json::Value subscription =
      params({{"object", server.createPipeline()}, {"type", "Raised"}});
  server.get("subscribe", subscription);
  EXPECT_EQ(errorOf(server.call("subscribe", subscription)),
            "40009 Reached limit of subscriptions per session: 1");
}

TEST(ControlPlane, RefusesNewObjectsWhenThreadsOrFilesRunOut) {
  ControlPlaneHarness server;
  server.use = {.threads = 81, .thread_limit = 100, .files = 10, .file_limit = 100};
  EXPECT_EQ(errorOf(server.call("create", json(R"({"type":"MediaPipeline"})"))),
            "40009 Reached KMS threads limit: 80");
  EXPECT_EQ(server.get("ping")["value"], "pong");
}

TEST(ControlPlane, AsksForTheEndWhenItHasNothingToDoAndUsesTooMuch) {
  ControlPlaneHarness server({.resource_shares = {.exception_limit = 1, .kill_limit = 0.5}});
  server.use = {.threads = 60, .thread_limit = 100, .files = 10, .file_limit = 100};
  const std::string pipeline = server.createPipeline();
  server.onControl([&] { server.plane().keepOpenConnectionsAlive(); });
  EXPECT_EQ(server.kill_requests, 0);
  server.get("release", params({{"object", pipeline}}));
  EXPECT_EQ(server.kill_requests, 1);
}

TEST(ControlPlane, LetsNothingNewComeOnceEverythingIsReleased) {
  ControlPlaneHarness server;
  server.createElement(server.createPipeline());
  bool done = false;
  server.onControl([&] { server.plane().releaseAll([&] { done = true; }); });
  server.settle();
  EXPECT_TRUE(done);
  EXPECT_EQ(errorOf(server.call("create", json(R"({"type":"MediaPipeline"})"))),
            "40009 The server is stopping");
  EXPECT_EQ(server.objectCount(), 0u);
}

TEST(ControlPlane, AnswersEveryMessageOnce) {
  ControlPlaneHarness server;
  for (const char* text :
       {"x", "{}", R"({"jsonrpc":"2.0","id":1,"method":"ping"})",
        R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"sessionId":[]}})",
        R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"sessionId":"a"}})",
        R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"sessionId":"a"}})"}) {
    server.callText(text);
  }
  server.onControl([&] { EXPECT_EQ(server.answered_count, 6); });
}

}  // namespace
}  // namespace ms::rpc
