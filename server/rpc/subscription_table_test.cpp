#include "server/rpc/subscription_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ms::rpc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SubscriptionTable, NamesEachSessionOnce) {
  const RpcLimits limits;
  SubscriptionTable table(limits);
  table.subscribe("s", "object", "Type");
  table.subscribe("s", "object", "Type");
  table.subscribe("t", "object", "Type");
  table.subscribe("u", "object", "Other");
  EXPECT_THAT(table.listeners("object", "Type"), ElementsAre("s", "t"));
  EXPECT_THAT(table.listeners("other", "Type"), IsEmpty());
}

TEST(SubscriptionTable, OnlyItsSessionEndsASubscription) {
  const RpcLimits limits;
  SubscriptionTable table(limits);
  const std::string id = table.subscribe("s", "object", "Type");
  table.unsubscribe("t", id);
  EXPECT_THAT(table.listeners("object", "Type"), ElementsAre("s"));
  table.unsubscribe("s", id);
  EXPECT_THAT(table.listeners("object", "Type"), IsEmpty());
}

TEST(SubscriptionTable, ForgetsAllOfAnObjectOrASession) {
  const RpcLimits limits;
  SubscriptionTable table(limits);
  table.subscribe("s", "a", "Type");
  table.subscribe("s", "b", "Type");
  table.subscribe("t", "b", "Type");
  table.subscribe("t", "c", "Type");
  table.dropObject("a");
  table.drop("t", "b");
  EXPECT_EQ(table.size(), 2u);
  table.dropSession("s");
  EXPECT_EQ(table.size(), 1u);
  table.dropSession("nobody");
  EXPECT_THAT(table.listeners("c", "Type"), ElementsAre("t"));
}

}  // namespace
}  // namespace ms::rpc
