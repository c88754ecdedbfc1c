#include "server/rpc/reply_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace ms::rpc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr ConnectionId kConnection{1};

struct Fixture {
  void complete(const ReplyOrder::TurnPtr& turn, int number) {
    order.complete(turn, [this, number] { sent.push_back(number); });
  }
  ReplyOrder order;
  std::vector<int> sent;
};

TEST(ReplyOrder, HoldsAnEarlyReplyBackUntilItsTurn) {
  Fixture f;
  const auto first = f.order.enter(kConnection, {"p"});
  const auto second = f.order.enter(kConnection, {"p"});
  f.complete(second, 2);
  EXPECT_THAT(f.sent, IsEmpty());
  f.complete(first, 1);
  EXPECT_THAT(f.sent, ElementsAre(1, 2));
}

TEST(ReplyOrder, PipelinesAndConnectionsDoNotWaitForEachOther) {
  Fixture f;
  f.order.enter(kConnection, {"p"});
  f.complete(f.order.enter(kConnection, {"q"}), 1);
  f.complete(f.order.enter(ConnectionId(2), {"p"}), 2);
  f.complete(f.order.enter(kConnection, {}), 3);
  EXPECT_THAT(f.sent, ElementsAre(1, 2, 3));
}

TEST(ReplyOrder, ARequestOnTwoPipelinesWaitsForBoth) {
  Fixture f;
  const auto p = f.order.enter(kConnection, {"p"});
  const auto q = f.order.enter(kConnection, {"q"});
  const auto both = f.order.enter(kConnection, {"p", "q"});
  const auto last = f.order.enter(kConnection, {"p", "q"});
  f.complete(last, 4);
  f.complete(both, 3);
  f.complete(q, 1);
  EXPECT_THAT(f.sent, ElementsAre(1));
  f.complete(p, 2);
  EXPECT_THAT(f.sent, ElementsAre(1, 2, 3, 4));
}

}  // namespace
}  // namespace ms::rpc
