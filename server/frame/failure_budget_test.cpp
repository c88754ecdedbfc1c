#include "server/frame/failure_budget.h"

#include <gtest/gtest.h>

namespace ms::frame {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kStart{std::chrono::hours(1)};

TEST(FailureBudget, IsSpentByFiveFailuresInHalfAMinute) {
  FailureBudget budget;
  for (int n = 0; n < 4; ++n) EXPECT_TRUE(budget.mayTryAgain(kStart + n * 7s));
  EXPECT_FALSE(budget.mayTryAgain(kStart + 28s));
}

TEST(FailureBudget, ForgetsWhatIsLongAgo) {
  FailureBudget budget;
  for (int n = 0; n < 100; ++n) EXPECT_TRUE(budget.mayTryAgain(kStart + n * 8s)) << n;
}

TEST(FailureBudget, StaysSpentAsLongAsItGoesOnFailing) {
  FailureBudget budget;
  for (int n = 0; n < 4; ++n) budget.mayTryAgain(kStart);
  EXPECT_FALSE(budget.mayTryAgain(kStart + 1s));
  EXPECT_FALSE(budget.mayTryAgain(kStart + 2s));
  EXPECT_TRUE(budget.mayTryAgain(kStart + 40s));
}

}  // namespace
}  // namespace ms::frame
