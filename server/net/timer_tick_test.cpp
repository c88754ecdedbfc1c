#include "server/net/timer_tick.h"

#include <gtest/gtest.h>

#include <set>

namespace ms::net {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kNow(1000s + 1234us);

TEST(TimerTick, LeavesShortWaitsAsTheyAre) {
  for (const Duration wait : {-5000us, 0us, 777us, 20'001us, 63'999us})
    EXPECT_EQ(onTick(kNow + wait, kNow), kNow + wait);
  EXPECT_EQ(onTick(kNever, kNow), kNever);
}

TEST(TimerTick, IsNeverEarlyAndLateByAnEighthAtMost) {
  for (Duration wait = kExactBelow; wait < 3s; wait += 333us) {
    const Duration late = onTick(kNow + wait, kNow) - (kNow + wait);
    EXPECT_GE(late, 0us);
    EXPECT_LE(late, wait / 8);
    EXPECT_LT(late, kLongestTick);
  }
}

TEST(TimerTick, LetsLongWaitsEndTogether) {
  std::set<Timestamp> ends;
  for (Duration wait = 500ms; wait < 1s; wait += 1ms) ends.insert(onTick(kNow + wait, kNow));
  EXPECT_LE(ends.size(), 17u);
}

// A tick of one length is one of all shorter lengths as well.
TEST(TimerTick, LeavesWhatIsOnATickThere) {
  const Timestamp tick = onTick(kNow + 300ms, kNow);
  EXPECT_EQ(onTick(tick, kNow + 200ms), tick);
}

}  // namespace
}  // namespace ms::net
