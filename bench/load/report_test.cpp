#include "bench/load/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/load/figures.h"
#include "bench/load/rpc_client.h"

namespace ms::load {
namespace {

Json::Value result(int viewers, double cpu) {
  Json::Value value;
  value["run"]["viewers"] = viewers;
  value["server"]["cpu"] = cpu;
  return value;
}

TEST(Report, GroupsRunsOfTheSameKindAndTakesTheirMedian) {
  const Json::Value groups =
      groupResults({result(10, 3), result(100, 50), result(10, 1), result(10, 2), result(100, 60)});
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0]["runs"].size(), 3u);
  EXPECT_EQ(groups[0]["median"]["server"]["cpu"].asDouble(), 2);
  EXPECT_EQ(groups[1]["median"]["server"]["cpu"].asDouble(), 55);
}

TEST(Report, AFigureThatOnlySomeRunsHaveHasNoMedian) {
  Json::Value without = result(10, 1);
  without["server"].removeMember("cpu");
  const Json::Value groups = groupResults({result(10, 3), without});
  EXPECT_FALSE(groups[0]["median"]["server"].isMember("cpu"));
}

TEST(Report, JudgesTheTargetsThatWereMeasured) {
  Json::Value targets(Json::arrayValue);
  for (const auto& [viewers, bound] : {std::pair{10, 2.5}, {100, 2.5}, {1000, 2.5}}) {
    Json::Value target;
    target["run"]["viewers"] = viewers;
    target["figure"] = "server.cpu";
    target["at_most"] = bound;
    targets.append(target);
  }
  const Json::Value judged = judge(groupResults({result(10, 2), result(100, 3)}), targets);
  ASSERT_EQ(judged.size(), 2u);
  EXPECT_TRUE(judged[0]["met"].asBool());
  EXPECT_FALSE(judged[1]["met"].asBool());
  EXPECT_EQ(judged[1]["value"].asDouble(), 3);
}

TEST(Report, AMissingFigureIsNotMet) {
  Json::Value target;
  target["run"]["viewers"] = 10;
  target["figure"] = "server.memory";
  target["at_most"] = 5;
  Json::Value targets(Json::arrayValue);
  targets.append(target);
  EXPECT_FALSE(judge(groupResults({result(10, 2)}), targets)[0]["met"].asBool());
}

TEST(Figures, PercentilesAreNearestRanks) {
  std::vector<double> samples;
  for (int i = 1000; i >= 1; --i) samples.push_back(i);
  const Json::Value figures = distribution(samples);
  EXPECT_EQ(figures["p50"].asDouble(), 500);
  EXPECT_EQ(figures["p99"].asDouble(), 990);
  EXPECT_EQ(figures["p999"].asDouble(), 999);
  EXPECT_EQ(figures["max"].asDouble(), 1000);
  EXPECT_FALSE(distribution({}).isMember("p50"));
}

TEST(Figures, ExpectationsNameWhatIsMissed) {
  const Json::Value value = result(10, 2);
  const auto missed = [&](const char* text) {
    return !misses(value, {Expectation::parse(text)}).empty();
  };
  EXPECT_FALSE(missed("server.cpu<=2"));
  EXPECT_TRUE(missed("server.cpu<=1.5"));
  EXPECT_FALSE(missed("server.cpu>=2"));
  EXPECT_TRUE(missed("server.cpu>=2.5"));
  EXPECT_TRUE(missed("server.nothing<=2"));
  EXPECT_THROW(Expectation::parse("server.cpu=2"), LoadError);
  EXPECT_THAT(misses(value, {Expectation::parse("server.cpu<=1")}),
              testing::ElementsAre("server.cpu is 2, expected at most 1"));
}

}  // namespace
}  // namespace ms::load
