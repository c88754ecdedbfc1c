#include "server/packet/dtls/retransmission_schedule.h"

#include <gtest/gtest.h>

namespace ms::dtls {
namespace {

using namespace std::chrono_literals;

const Timestamp kStart{1000s};

TEST(RetransmissionSchedule, DoublesItsIntervalUpToThreeSeconds) {
  RetransmissionSchedule schedule;
  schedule.begin(kStart);
  schedule.onNewFlight(kStart);

  Timestamp now = kStart;
  for (const Duration interval : {200ms, 400ms, 800ms, 1600ms, 3000ms, 3000ms}) {
    EXPECT_EQ(schedule.next() - now, interval);
    now = schedule.next();
    EXPECT_TRUE(schedule.isDue(now));
    schedule.onRetransmission(now);
  }
}

TEST(RetransmissionSchedule, BeginsAnewWithEachFlightButKeepsItsDeadline) {
  RetransmissionSchedule schedule;
  schedule.begin(kStart);
  schedule.onNewFlight(kStart);
  schedule.onRetransmission(kStart + 200ms);

  schedule.begin(kStart + 25s);
  schedule.onNewFlight(kStart + 29900ms);

  EXPECT_EQ(schedule.next(), kStart + RetransmissionSchedule::kGiveUpAfter);
  EXPECT_TRUE(schedule.shouldGiveUp(kStart + RetransmissionSchedule::kGiveUpAfter));
}

TEST(RetransmissionSchedule, HasNothingPendingWhenStopped) {
  RetransmissionSchedule schedule;
  schedule.begin(kStart);
  schedule.onNewFlight(kStart);

  schedule.stop();

  EXPECT_EQ(schedule.next(), kNever);
  EXPECT_FALSE(schedule.isDue(kStart + 1h));
}

}  // namespace
}  // namespace ms::dtls
