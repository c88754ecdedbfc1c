#include "server/rpc/connection_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ms::rpc {
namespace {

constexpr ConnectionId kOne{1};
constexpr ConnectionId kTwo{2};

TEST(ConnectionTable, TheNewestConnectionSpeaksForASession) {
  ConnectionTable table;
  table.open(kOne);
  table.open(kTwo);
  table.bind(kOne, "s");
  table.bind(kTwo, "s");
  EXPECT_EQ(table.connectionOf("s"), kTwo);
  EXPECT_EQ(table.sessionOf(kOne), "");
  table.close(kOne);
  EXPECT_EQ(table.connectionOf("s"), kTwo);
}

TEST(ConnectionTable, AConnectionSpeaksForItsLastSessionOnly) {
  ConnectionTable table;
  table.open(kOne);
  table.bind(kOne, "s");
  table.bind(kOne, "t");
  EXPECT_EQ(table.connectionOf("s"), std::nullopt);
  EXPECT_EQ(table.sessionOf(kOne), "t");
  EXPECT_THAT(table.sessions(), testing::ElementsAre("t"));
}

TEST(ConnectionTable, KnowsNothingOfConnectionsThatAreNotOpen) {
  ConnectionTable table;
  table.bind(kOne, "s");
  EXPECT_EQ(table.connectionOf("s"), std::nullopt);
  table.open(kOne);
  table.bind(kOne, "s");
  table.close(kOne);
  table.close(kOne);
  EXPECT_EQ(table.connectionOf("s"), std::nullopt);
}

}  // namespace
}  // namespace ms::rpc
