#include "server/rpc/transaction.h"

#include <gtest/gtest.h>

#include <vector>

#include "server/rpc/control_plane_harness.h"

namespace ms::rpc {
namespace {

Json::Value json(const std::string& text) { return ControlPlaneHarness::json(text); }

// Runs operations whose results a test makes up, and keeps what came out.
struct Trial {
  explicit Trial(const std::string& operations, RpcLimits with = {}) : limits(with) {
    const auto transaction = std::make_shared<Transaction>(
        json(operations), "session", limits,
        [this](Request operation, OnResult done) {
          carried_out.push_back(operation.params);
          if (operation.method == "fail") {
            return done(std::unexpected(
                model::ApiError(model::ErrorCode::MediaObjectNotFound, "no such thing")));
          }
          done(operation.params["result"]);
        },
        [this](model::Result result) { outcome.push_back(std::move(result)); });
    transaction->start();
  }
  std::string error() const {
    if (outcome.size() != 1 || outcome[0]) return "no error";
    return std::to_string(static_cast<int>(outcome[0].error().code())) + " " +
           outcome[0].error().what();
  }
  Json::Value replies() const {
    return outcome.size() == 1 && outcome[0] ? *outcome[0] : Json::Value("no replies");
  }

  const RpcLimits limits;
  std::vector<Json::Value> carried_out;
  std::vector<model::Result> outcome;
};

TEST(Transaction, CarriesOutOperationsInOrderAndGivesTheirReplies) {
  const Trial run(R"([{"id":0,"jsonrpc":"2.0","method":"a","params":{"result":{"value":5}}},
                    {"id":1,"jsonrpc":"2.0","method":"b"}])");
  EXPECT_EQ(run.replies(), json(R"([{"id":0,"jsonrpc":"2.0","result":{"value":5}},
                                    {"id":1,"jsonrpc":"2.0","result":null}])"));
}

TEST(Transaction, WithoutOperationsGivesNoReplies) { EXPECT_EQ(Trial("[]").replies(), json("[]")); }

TEST(Transaction, StopsAtTheFirstErrorWhichIsTheLastReply) {
  const Trial run(
      R"([{"id":0,"jsonrpc":"2.0","method":"a"},{"id":1,"jsonrpc":"2.0","method":"fail"},
                    {"id":2,"jsonrpc":"2.0","method":"c"}])");
  EXPECT_EQ(run.carried_out.size(), 2u);
  EXPECT_EQ(run.replies().size(), 2u);
  EXPECT_EQ(run.replies()[1]["error"]["code"], 40101);
  EXPECT_EQ(run.replies()[1]["id"], 1);
}

TEST(Transaction, GivesEveryOperationTheSessionOfTheTransaction) {
  const Trial run(R"([{"id":0,"jsonrpc":"2.0","method":"a","params":{"sessionId":"other"}}])");
  EXPECT_EQ(run.carried_out[0]["sessionId"], "session");
}

TEST(Transaction, ReplacesReferencesByResultsWhereverTheyStand) {
  const Trial run(R"([{"id":0,"jsonrpc":"2.0","method":"a","params":{"result":{"value":"one"}}},
                    {"id":1,"jsonrpc":"2.0","method":"b",
                     "params":{"object":"newref:0","deep":[{"x":["newref:0","newref:"]}]}}])");
  EXPECT_EQ(run.carried_out[1]["object"], "one");
  EXPECT_EQ(run.carried_out[1]["deep"], json(R"([{"x":["one","newref:"]}])"));
}

TEST(Transaction, FailsAsAWholeWhenAReferenceMeansNothing) {
  const auto error = [](const std::string& reference) {
    const Trial run(R"([{"id":0,"jsonrpc":"2.0","method":"a","params":{"result":{"value":null}}},
                      {"id":1,"jsonrpc":"2.0","method":"b","params":{"object":")" +
                    reference + R"("}}])");
    EXPECT_EQ(run.carried_out.size(), 1u);
    return run.error();
  };
  EXPECT_EQ(error("newref:0"), "40008 Result not found on request 0");
  EXPECT_EQ(error("newref:1"), "40008 Result not found on request 1");
  EXPECT_EQ(error("newref:7"), "40008 Result not found on request 7");
  EXPECT_EQ(error("newref:x"), "40008 Invalid index of newref 'x'");
  EXPECT_EQ(error("newref:0abc"), "40008 Invalid index of newref '0abc'");
  EXPECT_EQ(error("newref:-1"), "40008 Invalid index of newref '-1'");
  EXPECT_EQ(error("newref:99999999999999"), "40008 Invalid index of newref '99999999999999'");
}

TEST(Transaction, WantsIdsThatCountFromZero) {
  const auto error = [](const std::string& id) {
    return Trial(R"([{"jsonrpc":"2.0","method":"a")" + id + "}]").error();
  };
  EXPECT_EQ(error(""), "no error");
  EXPECT_EQ(error(R"(,"id":0.7)"), "no error");
  EXPECT_EQ(error(R"(,"id":1)"), "40008 Id of request '0' should be '0'");
  EXPECT_EQ(error(R"(,"id":"0")"), "40008 Id of request '0' should be '0'");
  EXPECT_EQ(error(R"(,"id":[])"), "40008 Id of request '0' should be '0'");
  EXPECT_EQ(error(R"(,"id":1e300)"), "40008 Id of request '0' should be '0'");
  EXPECT_EQ(
      Trial(R"([{"id":0,"jsonrpc":"2.0","method":"a"},{"jsonrpc":"2.0","method":"b"}])").error(),
      "40008 Id of request '1' should be '1'");
}

TEST(Transaction, AnOperationThatIsNoRequestIsAnErrorInItsPlace) {
  for (const char* operations : {"[5]", "[null]", R"([{"id":0,"method":"a"}])", "[[]]"}) {
    const Json::Value replies = Trial(operations).replies();
    ASSERT_EQ(replies.size(), 1u) << operations;
    EXPECT_EQ(replies[0]["error"]["code"], -32600) << operations;
    EXPECT_EQ(replies[0]["id"], 0) << operations;
  }
}

TEST(Transaction, LimitsOperationsAndWhatReferencesStandFor) {
  EXPECT_EQ(Trial("[1,2]", {.transaction_operations = 1}).error(),
            "40008 A transaction has at most 1 operations");
  const std::string large =
      R"([{"id":0,"jsonrpc":"2.0","method":"a","params":{"result":{"value":"0123456789"}}},
          {"id":1,"jsonrpc":"2.0","method":"b","params":{"x":["newref:0","newref:0","newref:0"]}}])";
  EXPECT_EQ(Trial(large, {.message_bytes = 30}).error(), "no error");
  EXPECT_EQ(Trial(large, {.message_bytes = 29}).error(),
            "40008 A transaction's references stand for more than 29 bytes");
}

TEST(Transaction, ManyOperationsThatAnswerAtOnceDoNotFillTheStack) {
  std::string operations = "[";
  for (int i = 0; i < 10'000; ++i) {
    operations += (i ? "," : "") + std::string(R"({"jsonrpc":"2.0","method":"a","id":)") +
                  std::to_string(i) + "}";
  }
  EXPECT_EQ(Trial(operations + "]", {.transaction_operations = 10'000}).replies().size(), 10'000u);
}

// --- Through the control plane
// --------------------------------------------------------------------

TEST(Transaction, MakesObjectsThatLaterOperationsUse) {
  ControlPlaneHarness server;
  const Json::Value result = server.get("transaction", json(R"({"operations":[
      {"jsonrpc":"2.0","id":0,"method":"create","params":{"type":"MediaPipeline"}},
      {"jsonrpc":"2.0","id":1,"method":"create",
       "params":{"type":"Element","constructorParams":{"mediaPipeline":"newref:0"}}},
      {"jsonrpc":"2.0","id":2,"method":"invoke",
       "params":{"object":"newref:1","operation":"setName","operationParams":{"name":"n"}}},
      {"jsonrpc":"2.0","id":3,"method":"invoke","params":{"object":"newref:1","operation":"getName"}},
      {"jsonrpc":"2.0","id":4,"method":"release","params":{"object":"newref:0"}}]})"));
  ASSERT_EQ(result["value"].size(), 5u);
  EXPECT_EQ(result["value"][3]["result"]["value"], "n");
  EXPECT_EQ(result["value"][3]["result"]["sessionId"], result["sessionId"]);
  EXPECT_EQ(server.objectCount(), 0u);
}

TEST(Transaction, AnEarlierOperationStaysDoneWhenALaterOneFails) {
  ControlPlaneHarness server;
  const Json::Value result = server.get("transaction", json(R"({"operations":[
      {"jsonrpc":"2.0","id":0,"method":"create","params":{"type":"MediaPipeline"}},
      {"jsonrpc":"2.0","id":1,"method":"create","params":{"type":"Nope"}}]})"));
  EXPECT_EQ(result["value"][1]["error"]["code"], 40108);
  EXPECT_EQ(server.objectCount(), 1u);
}

TEST(Transaction, ReferencesWithoutANumberAreUnknownObjects) {
  ControlPlaneHarness server;
  const Json::Value result = server.get("transaction", json(R"({"operations":[
      {"jsonrpc":"2.0","id":0,"method":"describe","params":{"object":"newref:"}}]})"));
  EXPECT_EQ(result["value"][0]["error"]["message"], "Object 'newref:' not found");
  EXPECT_EQ(result["value"][0]["error"]["code"], 40101);
}

TEST(Transaction, MayHoldTransactionsButNotWithoutEnd) {
  ControlPlaneHarness server({.limits = {.transaction_depth = 2}});
  const auto wrap = [](const std::string& operation) {
    return R"({"jsonrpc":"2.0","id":0,"method":"transaction","params":{"operations":[)" +
           operation + "]}}";
  };
  const std::string ping = R"({"jsonrpc":"2.0","id":0,"method":"ping"})";
  const Json::Value twice = server.callText(wrap(wrap(ping)));
  EXPECT_EQ(twice["result"]["value"][0]["result"]["value"][0]["result"]["value"], "pong");
  const Json::Value thrice = server.callText(wrap(wrap(wrap(ping))));
  EXPECT_EQ(thrice["result"]["value"][0]["result"]["value"][0]["error"]["message"],
            "Transactions are nested too deeply");
}

}  // namespace
}  // namespace ms::rpc
