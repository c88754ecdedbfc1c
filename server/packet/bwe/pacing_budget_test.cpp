#include "server/packet/bwe/pacing_budget.h"

#include <gtest/gtest.h>

namespace ms::bwe {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kStart{1000s};

TEST(PacingBudget, HoldsNothingBackWithoutAnEstimate) {
  PacingBudget budget;
  budget.onSent(1'000'000, kStart);
  EXPECT_TRUE(budget.maySend(kStart));
}

TEST(PacingBudget, SpreadsABurstAtAMultipleOfTheEstimate) {
  PacingBudget budget;
  budget.setEstimate(Bitrate(800'000));  // 1 Mbit/s.
  Timestamp now = kStart;
  for (int packet = 0; packet < 100; ++packet) {
    if (!budget.maySend(now)) now = budget.nextTime();
    ASSERT_TRUE(budget.maySend(now)) << packet;
    budget.onSent(1250, now);  // 10 ms.
  }
  EXPECT_GE(now - kStart, 960ms);
  EXPECT_LE(now - kStart, 1000ms);
}

TEST(PacingBudget, SavesNothingUpWhileItIsSilent) {
  PacingBudget budget;
  budget.setEstimate(Bitrate(400'000));
  budget.onSent(1250, kStart);
  int sent = 0;
  for (; budget.maySend(kStart + 10s); ++sent) budget.onSent(1250, kStart + 10s);
  EXPECT_LE(sent, 3);
}

TEST(PacingBudget, ForgetsItsDebtWhenPacingEnds) {
  PacingBudget budget;
  budget.setEstimate(Bitrate(40'000));
  budget.onSent(100'000, kStart);
  EXPECT_FALSE(budget.maySend(kStart));
  budget.setEstimate(std::nullopt);
  EXPECT_TRUE(budget.maySend(kStart));
}

}  // namespace
}  // namespace ms::bwe
