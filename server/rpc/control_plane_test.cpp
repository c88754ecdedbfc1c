#include "server/rpc/control_plane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/rpc/control_plane_harness.h"

namespace ms::rpc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr ConnectionId kSecond = ControlPlaneHarness::kSecond;

// --- Framing
// --------------------------------------------------------------------------------------

TEST(ControlPlane, AnswersWhatIsNoJsonWithParseErrorAndGoesOn) {
  ControlPlaneHarness server;
  for (const char* text : {"hello", "", "   ", R"({"jsonrpc":)", "{'a':1}", R"({"a":1,})",
                           R"({"a":NaN})", R"({"id":1e400})"}) {
    EXPECT_EQ(
        server.callText(text),
        json(R"({"id":null,"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error."}})"))
        << text;
  }
  EXPECT_EQ(server.get("ping")["value"], "pong");
}

TEST(ControlPlane, AnswersWhatIsNoRequestWithInvalidRequestAndNullId) {
  ControlPlaneHarness server;
  for (const char* text :
       {"5", "\"ping\"", "null", "true", "{}", "[]",
        R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", R"({"id":1,"method":"ping"})",
        R"({"jsonrpc":"1.0","id":1,"method":"ping"})", R"({"jsonrpc":2.0,"id":1,"method":"ping"})",
        R"({"jsonrpc":"2.0","id":1})", R"({"jsonrpc":"2.0","id":1,"method":5})",
        R"({"jsonrpc":"2.0","id":[],"method":"ping"})",
        R"({"jsonrpc":"2.0","id":{"a":1},"method":"ping"})"}) {
    const Json::Value reply = server.callText(text);
    EXPECT_EQ(errorOf(reply), "-32600 Invalid JSON-RPC request.") << text;
    EXPECT_TRUE(reply["id"].isNull()) << text;
  }
}

TEST(ControlPlane, EchoesIdsAsTheyWereSent) {
  ControlPlaneHarness server;
  for (const char* id : {"1.5", "-1", "0", "\"abc\"", "\"\"", "true", "false", "9007199254740993",
                         "18446744073709551615", "\"\\u0000\"", "\"\\u00e9\\u20ac\""}) {
    const Json::Value reply =
        server.callText(R"({"jsonrpc":"2.0","method":"ping","id":)" + std::string(id) + "}");
    EXPECT_EQ(reply["id"], json(id)) << id;
    EXPECT_EQ(reply["result"]["value"], "pong") << id;
  }
}

TEST(ControlPlane, SaysThatTheMethodIsUnknownAlsoToNotifications) {
  ControlPlaneHarness server;
  EXPECT_EQ(errorOf(server.call("foo")), "-32601 Method not found.");
  EXPECT_EQ(errorOf(server.call("")), "-32601 Method not found.");
  EXPECT_EQ(errorOf(server.call("Ping")), "-32601 Method not found.");
  EXPECT_EQ(server.callText(R"({"jsonrpc":"2.0","method":"foo"})"),
            json(R"({"id":null,"jsonrpc":"2.0",
                     "error":{"code":-32601,"message":"Method not found."}})"));
}

TEST(ControlPlane, CarriesNotificationsOutAndTellsTheirResultAsAnError) {
  ControlPlaneHarness server;
  for (const char* text :
       {R"({"jsonrpc":"2.0","method":"ping"})", R"({"jsonrpc":"2.0","id":null,"method":"ping"})"}) {
    const Json::Value reply = server.callText(text);
    EXPECT_EQ(errorOf(reply), "-32000 Ignoring response because of a notification request");
    EXPECT_EQ(reply["error"]["data"]["value"], "pong");
    EXPECT_TRUE(reply["id"].isNull());
  }
  server.callText(R"({"jsonrpc":"2.0","method":"create","params":{"type":"MediaPipeline"}})");
  EXPECT_EQ(server.objectCount(), 1u);
  EXPECT_FALSE(server.get("ping").isMember("sessionId"));
}

TEST(ControlPlane, SendsNothingForANotificationWithoutAResult) {
  ControlPlaneHarness server;
  server.sendText(R"({"jsonrpc":"2.0","method":"closeSession","params":{"sessionId":"s"}})");
  EXPECT_FALSE(server.hasReceived());
  EXPECT_EQ(server.answered_count, 1);
}

TEST(ControlPlane, WantsParamsWhereAMethodNeedsThem) {
  ControlPlaneHarness server;
  for (const char* method : {"describe", "create", "invoke", "subscribe", "unsubscribe", "release",
                             "transaction", "closeSession", "keepAlive", "ref", "unref"}) {
    const Json::Value reply = server.call(method);
    EXPECT_EQ(errorOf(reply), "-32602 'params' is required") << method;
    EXPECT_EQ(reply["error"]["data"]["type"], "INVALID_PARAMS") << method;
  }
}

TEST(ControlPlane, NamesTheFirstParameterThatIsMissing) {
  ControlPlaneHarness server;
  const std::pair<const char*, const char*> cases[] = {
      {"describe", "object"},     {"create", "type"},           {"invoke", "operation"},
      {"subscribe", "type"},      {"unsubscribe", "object"},    {"release", "object"},
      {"ref", "object"},          {"unref", "object"},          {"transaction", "operations"},
      {"keepAlive", "sessionId"}, {"closeSession", "sessionId"}};
  for (const auto& [method, name] : cases) {
    const Json::Value reply = server.call(method, Json::Value(Json::objectValue));
    EXPECT_EQ(errorOf(reply), "-32000 '" + std::string(name) + "' parameter is required") << method;
    EXPECT_FALSE(reply["error"].isMember("data"));
  }
  EXPECT_EQ(errorOf(server.call("unref", params({{"object", "x"}}))),
            "-32000 'sessionId' parameter is required");
  EXPECT_EQ(errorOf(server.call("unsubscribe", params({{"object", "x"}}))),
            "-32000 'subscription' parameter is required");
  EXPECT_EQ(errorOf(server.call("invoke", params({{"operation", "x"}}))),
            "-32000 'object' parameter is required");
}

TEST(ControlPlane, WantsParametersOfTheRightType) {
  ControlPlaneHarness server;
  EXPECT_EQ(errorOf(server.call("create", json(R"({"type":{}})"))),
            "-32000 'type' parameter should be a string");
  EXPECT_EQ(errorOf(server.call("create", json(R"({"type":[]})"))),
            "-32000 'type' parameter should be a string");
  EXPECT_EQ(errorOf(server.call("create", json(R"({"type":7})"))), "40108 Factory '7' not found");
  EXPECT_EQ(errorOf(server.call("create", json(R"({"type":null})"))), "40108 Factory '' not found");
  EXPECT_EQ(errorOf(server.call("transaction", json(R"({"operations":{}})"))),
            "-32000 'operations' parameter should be an array");
  EXPECT_EQ(errorOf(server.call("ping", json(R"({"sessionId":{}})"))),
            "-32000 'sessionId' parameter should be a string");
}

TEST(ControlPlane, RefusesParamsThatAreNoObjectAndGoesOn) {
  ControlPlaneHarness server;
  for (const char* text : {"[]", "[1,2]", "\"x\"", "5", "true"}) {
    EXPECT_EQ(server.call("ping", json(text))["error"]["code"], -32603) << text;
    EXPECT_EQ(server.call("create", json(text))["error"]["code"], -32603) << text;
  }
  EXPECT_EQ(server.get("ping")["value"], "pong");
}

TEST(ControlPlane, RefusesJsonThatIsNestedTooDeeply) {
  ControlPlaneHarness server;
  const auto nested = [](int depth) {
    return R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":)" + std::string(depth, '[') +
           std::string(depth, ']') + "}}";
  };
  EXPECT_EQ(server.callText(nested(500))["result"]["value"], "pong");
  EXPECT_EQ(server.callText(nested(5000))["error"]["code"], -32700);
}

// --- Sessions
// -------------------------------------------------------------------------------------

TEST(ControlPlane, ConnectGivesServerAndSessionThatItsConnectionRemembers) {
  ControlPlaneHarness server;
  const Json::Value first = server.get("connect");
  EXPECT_EQ(first["serverId"], server.plane().serverId());
  EXPECT_EQ(server.get("ping")["sessionId"], first["sessionId"]);
  EXPECT_EQ(server.get("ping", json(R"({"interval":5000})"))["sessionId"], first["sessionId"]);
}

TEST(ControlPlane, ASessionIsThereOnlyWhenAnObjectWasNamedInIt) {
  ControlPlaneHarness server;
  const std::string session = server.get("connect")["sessionId"].asString();
  EXPECT_EQ(errorOf(server.call("keepAlive", params({{"sessionId", session}}))),
            "40007 Invalid session");
  EXPECT_EQ(errorOf(server.call("connect")), "40007 Invalid session");
  EXPECT_EQ(server.call("connect")["error"]["data"]["type"], "INVALID_SESSION");

  server.get("describe", params({{"object", kServerManagerId}}));

  EXPECT_EQ(server.get("keepAlive", params({{"sessionId", session}}))["sessionId"], session);
  EXPECT_EQ(server.get("connect", params({{"sessionId", session}}), kSecond)["sessionId"], session);
}

TEST(ControlPlane, TakesSessionIdsThatClientsMakeUp) {
  ControlPlaneHarness server;
  const Json::Value result =
      server.get("create", json(R"({"type":"MediaPipeline","sessionId":"mine"})"));
  EXPECT_EQ(result["sessionId"], "mine");
  EXPECT_EQ(server.get("ping")["sessionId"], "mine");
  EXPECT_EQ(errorOf(server.call("ping", params({{"sessionId", std::string(1000, 'x')}}))),
            "-32000 'sessionId' parameter is too long");
}

TEST(ControlPlane, ANewerConnectionTakesASessionOver) {
  ControlPlaneHarness server;
  server.get("create", json(R"({"type":"MediaPipeline","sessionId":"mine"})"));
  server.get("connect", json(R"({"sessionId":"mine"})"), kSecond);
  EXPECT_FALSE(server.get("ping").isMember("sessionId"));
  EXPECT_EQ(server.get("ping", {}, kSecond)["sessionId"], "mine");
}

TEST(ControlPlane, KeepsSessionAndObjectsWhenTheConnectionCloses) {
  ControlPlaneHarness server;
  server.get("create", json(R"({"type":"MediaPipeline","sessionId":"mine"})"));
  server.onControl([&] { server.plane().onClose(ControlPlaneHarness::kFirst); });
  EXPECT_EQ(server.get("connect", json(R"({"sessionId":"mine"})"), kSecond)["sessionId"], "mine");
  EXPECT_EQ(server.objectCount(), 1u);
}

TEST(ControlPlane, EndsASessionThatNobodyUsedForAWholePeriodWithItsObjects) {
  ControlPlaneHarness server;
  const std::string pipeline = server.createPipeline();
  server.createElement(pipeline);
  server.collectGarbage();
  EXPECT_EQ(server.objectCount(), 2u);
  server.collectGarbage();
  EXPECT_EQ(server.objectCount(), 0u);
  EXPECT_THAT(server.diary->read(), ElementsAre("closed Element", "closed MediaPipeline"));
}

TEST(ControlPlane, KeepsASessionThatIsUsedOrWhoseConnectionIsOpen) {
  ControlPlaneHarness server;
  server.get("create", json(R"({"type":"MediaPipeline","sessionId":"mine"})"));
  server.collectGarbage();
  server.get("ping", json(R"({"sessionId":"mine"})"));
  server.collectGarbage();
  EXPECT_EQ(server.objectCount(), 1u);
  server.onControl([&] { server.plane().keepOpenConnectionsAlive(); });
  server.collectGarbage();
  EXPECT_EQ(server.objectCount(), 1u);
  server.onControl([&] {
    server.plane().onClose(ControlPlaneHarness::kFirst);
    server.plane().keepOpenConnectionsAlive();
  });
  server.collectGarbage();
  EXPECT_EQ(server.objectCount(), 0u);
}

TEST(ControlPlane, CloseSessionLetsGoOfObjectsOrReleasesThem) {
  ControlPlaneHarness server;
  const std::string shared =
      server.get("create", json(R"({"type":"MediaPipeline","sessionId":"a"})"))["value"].asString();
  server.get("create", json(R"({"type":"MediaPipeline","sessionId":"a"})"));
  server.get("ref", params({{"object", shared}, {"sessionId", "b"}}), kSecond);

  EXPECT_TRUE(server.call("closeSession", json(R"({"sessionId":"a"})"))["result"].isNull());
  EXPECT_EQ(server.objectCount(), 1u);
  EXPECT_TRUE(server.call("closeSession", json(R"({"sessionId":"b","release":true})"), kSecond)
                  .isMember("result"));
  EXPECT_EQ(server.objectCount(), 0u);
  EXPECT_TRUE(server.call("closeSession", json(R"({"sessionId":"nobody"})")).isMember("result"));
}

TEST(ControlPlane, CloseSessionWithReleaseTakesSharedObjectsFromEverybody) {
  ControlPlaneHarness server;
  const std::string shared =
      server.get("create", json(R"({"type":"MediaPipeline","sessionId":"a"})"))["value"].asString();
  server.get("ref", params({{"object", shared}, {"sessionId", "b"}}), kSecond);
  server.call("closeSession", json(R"({"sessionId":"a","release":true})"));
  EXPECT_EQ(server.objectCount(), 0u);
}

TEST(ControlPlane, ListsPipelinesAndSessionsForTheServerManager) {
  ControlPlaneHarness server;
  const std::string pipeline =
      server.get("create", json(R"({"type":"MediaPipeline","sessionId":"mine"})"))["value"]
          .asString();
  server.createElement(pipeline);
  server.onControl([&] {
    const ServerState& state = server.plane();
    ASSERT_EQ(state.pipelines().size(), 1u);
    EXPECT_EQ(state.pipelines()[0]->id(), pipeline);
    EXPECT_THAT(state.sessions(), ElementsAre("mine"));
  });
}

// --- Objects
// --------------------------------------------------------------------------------------

TEST(ControlPlane, CreatesObjectsWithIdsThatHoldTheTree) {
  ControlPlaneHarness server;
  const std::string pipeline = server.createPipeline();
  const std::string element = server.createElement(pipeline);
  EXPECT_THAT(pipeline, testing::MatchesRegex("[0-9a-f-]{36}_kurento.MediaPipeline"));
  EXPECT_TRUE(element.starts_with(pipeline + "/"));
  EXPECT_TRUE(element.ends_with("_kurento.Element"));
  EXPECT_TRUE(server.get("create", json(R"({"type":"kurento.MediaPipeline","properties":{}})"))
                  .isMember("value"));
}

TEST(ControlPlane, CreateSaysWhatIsWrong) {
  ControlPlaneHarness server;
  const auto create = [&](const char* text) { return errorOf(server.call("create", json(text))); };
  EXPECT_EQ(create(R"({"type":"Nope"})"), "40108 Factory 'Nope' not found");
  EXPECT_EQ(create(R"({"type":"MediaObject"})"), "40108 Factory 'MediaObject' not found");
  EXPECT_EQ(create(R"({"type":"ServerManager"})"), "40108 Factory 'ServerManager' not found");
  EXPECT_EQ(create(R"({"type":"Element"})"), "40001 'constructorParams' is required");
  EXPECT_EQ(create(R"({"type":"Element","constructorParams":[]})"),
            "40001 'constructorParams' should be an object");
  EXPECT_EQ(create(R"({"type":"Element","constructorParams":{}})"),
            "40001 'mediaPipeline' parameter should be a string");
  EXPECT_EQ(create(R"({"type":"Element","constructorParams":{"mediaPipeline":"nope"}})"),
            "40101 Object 'nope' not found");
  EXPECT_EQ(create(R"({"type":"Element","constructorParams":{"mediaPipeline":"newref:0"}})"),
            "40109 Object 'newref:0' not found. Possibly using a transactional object without "
            "committing the transaction.");
  EXPECT_EQ(server.objectCount(), 0u);
}

TEST(ControlPlane, AFactoryMayFail) {
  ControlPlaneHarness server;
  Json::Value request = json(R"({"type":"Element"})");
  request["constructorParams"]["mediaPipeline"] = server.createPipeline();
  request["constructorParams"]["fault"] = "api";
  EXPECT_EQ(errorOf(server.call("create", request)), "40107 not like this");
  request["constructorParams"]["fault"] = "oops";
  EXPECT_EQ(errorOf(server.call("create", request)),
            "-32603 Unexpected error while processing method: oops");
  EXPECT_EQ(server.objectCount(), 1u);
}

TEST(ControlPlane, DescribesObjects) {
  ControlPlaneHarness server;
  const std::string element = server.createElement(server.createPipeline());
  Json::Value result = server.get("describe", params({{"object", element}}));
  result.removeMember("sessionId");
  EXPECT_EQ(result, json(R"({"type":"Element","qualifiedType":"kurento.Element",
                             "hierarchy":["kurento.MediaObject"]})"));
  EXPECT_EQ(errorOf(server.call("describe", params({{"object", "x"}}))),
            "40101 Object 'x' not found");
}

TEST(ControlPlane, ReleaseTakesTheWholeBranchChildrenFirst) {
  ControlPlaneHarness server;
  const std::string pipeline = server.createPipeline();
  const std::string element = server.createElement(pipeline);
  const Json::Value result = server.get("release", params({{"object", pipeline}}));
  EXPECT_FALSE(result.isMember("value"));
  EXPECT_TRUE(result.isMember("sessionId"));
  EXPECT_THAT(server.diary->read(), ElementsAre("closed Element", "closed MediaPipeline"));
  EXPECT_EQ(errorOf(server.call("describe", params({{"object", element}}))),
            "40101 Object '" + element + "' not found");
}

TEST(ControlPlane, ReleaseOfTheUnknownAndOfTheServerManagerDoesNothing) {
  ControlPlaneHarness server;
  server.get("release", params({{"object", "nobody"}}));
  server.get("release", params({{"object", kServerManagerId}}));
  server.get("unref", params({{"object", kServerManagerId}, {"sessionId", "s"}}));
  EXPECT_EQ(server.get("describe", params({{"object", kServerManagerId}}))["type"],
            "ServerManager");
}

TEST(ControlPlane, AnObjectThatCannotCloseDoesNotKeepOthersFromClosing) {
  ControlPlaneHarness server;
  const std::string pipeline = server.createPipeline();
  const std::string element = server.createElement(pipeline);
  server.get("invoke",
             server.invokeParams(element, "setName", json(R"({"name":"throwsOnClose"})")));
  server.get("release", params({{"object", pipeline}}));
  EXPECT_THAT(server.diary->read(), ElementsAre("closed Element", "closed MediaPipeline"));
}

TEST(ControlPlane, AnObjectGoesWithTheLastSessionThatHoldsIt) {
  ControlPlaneHarness server;
  const std::string pipeline =
      server.get("create", json(R"({"type":"MediaPipeline","sessionId":"a"})"))["value"].asString();
  server.get("ref", params({{"object", pipeline}, {"sessionId", "b"}}), kSecond);
  const std::string element = server.createElement(pipeline);

  server.get("unref", params({{"object", pipeline}, {"sessionId", "a"}}));
  EXPECT_EQ(server.objectCount(), 2u);  // "b" holds the pipeline, and so its new child.
  server.get("unref", params({{"object", element}, {"sessionId", "b"}}), kSecond);
  EXPECT_EQ(server.objectCount(), 1u);
  server.get("unref", params({{"object", pipeline}, {"sessionId", "b"}}), kSecond);
  EXPECT_EQ(server.objectCount(), 0u);
}

TEST(ControlPlane, NamingAnObjectAlsoAsAParameterHoldsItAndItsParents) {
  ControlPlaneHarness server;
  const std::string pipeline =
      server.get("create", json(R"({"type":"MediaPipeline","sessionId":"a"})"))["value"].asString();
  const std::string one = server.createElement(pipeline);
  const std::string other = server.createElement(pipeline);
  Json::Value call = server.invokeParams(one, "take", params({{"other", other}}));
  call["sessionId"] = "b";
  EXPECT_EQ(server.get("invoke", call, kSecond)["value"], other);

  server.get("closeSession", json(R"({"sessionId":"a"})"));
  EXPECT_EQ(server.objectCount(), 3u);
  server.get("closeSession", json(R"({"sessionId":"b"})"), kSecond);
  EXPECT_EQ(server.objectCount(), 0u);
}

// --- Invoke
// ---------------------------------------------------------------------------------------

TEST(ControlPlane, InvokesMethodsAndGivesTheirValueOrNull) {
  ControlPlaneHarness server;
  const std::string element = server.createElement(server.createPipeline());
  const Json::Value set =
      server.get("invoke", server.invokeParams(element, "setName", json(R"({"name":"x"})")));
  EXPECT_TRUE(set.isMember("value"));
  EXPECT_TRUE(set["value"].isNull());
  EXPECT_EQ(server.get("invoke", server.invokeParams(element, "getName"))["value"], "x");
}

TEST(ControlPlane, InvokeSaysWhatIsWrong) {
  ControlPlaneHarness server;
  const std::string element = server.createElement(server.createPipeline());
  const auto invoke = [&](const char* operation, const Json::Value& with = {}) {
    return errorOf(server.call("invoke", server.invokeParams(element, operation, with)));
  };
  EXPECT_EQ(invoke("nope", json(R"({"a":1,"b":2})")),
            "40008 Method 'nope' with 2 parameters not found");
  EXPECT_EQ(invoke("nope"), "40008 Method 'nope' with 0 parameters not found");
  EXPECT_EQ(invoke("setName"), "40001 'name' parameter should be a string");
  EXPECT_EQ(invoke("setName", json("[1]")), "40001 'name' parameter should be a string");
  EXPECT_EQ(invoke("throwApiError"), "40004 cannot connect");
  EXPECT_EQ(invoke("throwOther"), "-32603 Unexpected error while processing method: oops");
  EXPECT_EQ(invoke("failToBind"), "-32603 Unexpected error while processing method: bad arguments");
  EXPECT_EQ(errorOf(server.call("invoke", server.invokeParams("nobody", "getName"))),
            "40101 Object 'nobody' not found");
}

TEST(ControlPlane, AnswersForAMethodThatForgetsTo) {
  ControlPlaneHarness server;
  const std::string element = server.createElement(server.createPipeline());
  EXPECT_THAT(errorOf(server.call("invoke", server.invokeParams(element, "forget"))),
              HasSubstr("-32603"));
}

TEST(ControlPlane, ACallToAnObjectThatIsBeingReleasedIsAnsweredToo) {
  ControlPlaneHarness server;
  const std::string element = server.createElement(server.createPipeline());
  server.post("invoke", server.invokeParams(element, "wait"));
  server.get("release", params({{"object", element}}), kSecond);
  EXPECT_THAT(errorOf(server.receive()), HasSubstr("-32603"));
}

// --- Order
// ----------------------------------------------------------------------------------------

TEST(ControlPlane, RepliesOfOnePipelineKeepTheOrderOfTheRequests) {
  ControlPlaneHarness server;
  const std::string pipeline = server.createPipeline();
  const std::string element = server.createElement(pipeline);
  server.post("invoke", server.invokeParams(element, "wait"));
  const int slow = server.last_id;
  server.post("invoke", server.invokeParams(pipeline, "getName"));
  server.post("describe", params({{"object", element}}));
  EXPECT_FALSE(server.hasReceived());

  server.get("invoke", server.invokeParams(element, "finishWaiting"), kSecond);

  EXPECT_EQ(server.receive()["id"], slow);
  EXPECT_EQ(server.receive()["id"], slow + 1);
  EXPECT_EQ(server.receive()["id"], slow + 2);
}

TEST(ControlPlane, ASlowCallHoldsUpNeitherOtherPipelinesNorOtherConnections) {
  ControlPlaneHarness server;
  const std::string pipeline = server.createPipeline();
  const std::string other = server.createPipeline();
  server.post("invoke", server.invokeParams(pipeline, "wait"));
  EXPECT_TRUE(server.get("invoke", server.invokeParams(other, "getName")).isMember("value"));
  EXPECT_EQ(server.get("ping")["value"], "pong");
  EXPECT_TRUE(
      server.get("invoke", server.invokeParams(pipeline, "getName"), kSecond).isMember("value"));
}

// --- Draining
// -------------------------------------------------------------------------------------

TEST(ControlPlane, TakesNoNewSessionsAndPipelinesWhileItDrains) {
  ControlPlaneHarness server;
  const std::string pipeline = server.createPipeline();
  bool is_drained = false;
  server.onControl([&] { server.plane().drain([&] { is_drained = true; }); });

  EXPECT_EQ(errorOf(server.call("create", json(R"({"type":"MediaPipeline"})"))),
            "40009 The server is stopping");
  EXPECT_EQ(errorOf(server.call("connect", {}, kSecond)), "40009 The server is stopping");
  EXPECT_FALSE(is_drained);
  EXPECT_EQ(server.objectCount(), 1u);
}

TEST(ControlPlane, GoesOnWithWhatIsThereWhileItDrains) {
  ControlPlaneHarness server;
  const std::string session =
      server.get("create", json(R"({"type":"MediaPipeline"})"))["sessionId"].asString();
  const std::string pipeline =
      server.get("create", json(R"({"type":"MediaPipeline"})"))["value"].asString();
  server.onControl([&] { server.plane().drain([] {}); });

  EXPECT_NE(server.createElement(pipeline), "");
  EXPECT_EQ(server.get("connect", params({{"sessionId", session}}), kSecond)["sessionId"], session);
  EXPECT_EQ(server.get("ping", {}, kSecond)["value"], "pong");
}

TEST(ControlPlane, IsDrainedWhenTheLastObjectIsGone) {
  ControlPlaneHarness server;
  const std::string pipeline = server.createPipeline();
  server.createElement(pipeline);
  bool is_drained = false;
  server.onControl([&] { server.plane().drain([&] { is_drained = true; }); });

  server.get("release", params({{"object", pipeline}}));
  server.settle();
  EXPECT_TRUE(is_drained);
}

TEST(ControlPlane, IsDrainedAtOnceWithoutObjects) {
  ControlPlaneHarness server;
  bool is_drained = false;
  server.onControl([&] { server.plane().drain([&] { is_drained = true; }); });
  EXPECT_TRUE(is_drained);
}

}  // namespace
}  // namespace ms::rpc
