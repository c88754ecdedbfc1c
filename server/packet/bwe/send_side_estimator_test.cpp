#include "server/packet/bwe/send_side_estimator.h"

#include <gtest/gtest.h>

#include "server/packet/bwe/simulated_link.h"

namespace ms::bwe {
namespace {

using namespace std::chrono_literals;

class OverSeeds : public ::testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(SendSideEstimator, OverSeeds, ::testing::Range(1u, 6u));

TEST(SendSideEstimator, KnowsNothingBeforeFeedback) {
  SendSideEstimator estimator;
  estimator.onSent(rtp::SequenceNumber(1), 1200, SendSideEstimator::Purpose::Media, Timestamp(1s));
  EXPECT_EQ(estimator.estimate(), std::nullopt);
  EXPECT_FALSE(estimator.isLimited());
}

TEST_P(OverSeeds, DoesNotHoldBackOnAFreePath) {
  SimulatedCall call(GetParam());
  call.link.conditions = {.capacity = Bitrate(10'000'000), .jitter = 5ms};
  call.runFor(5s);
  EXPECT_FALSE(call.estimator.isLimited());
  EXPECT_GT(call.estimateKbps(), 2500);
}

TEST_P(OverSeeds, FollowsACutTo300KbpsAndBackWithin5Seconds) {
  SimulatedCall call(GetParam());
  call.wanted_kbps = 1500;
  call.link.conditions = {.capacity = Bitrate(3'000'000)};
  call.runFor(10s);
  ASSERT_GT(call.estimateKbps(), 1500);

  call.link.conditions.capacity = Bitrate(300'000);
  call.runFor(5s);
  EXPECT_LT(call.estimateKbps(), 330);
  call.runFor(10s);
  EXPECT_GT(call.estimateKbps(), 150);
  EXPECT_LT(call.estimateKbps(), 400);

  call.link.conditions.capacity = Bitrate(3'000'000);
  call.runFor(5s);
  EXPECT_GT(call.estimateKbps(), 1200);
}

TEST_P(OverSeeds, SettlesBelowTheCapacityWithAShortQueue) {
  SimulatedCall call(GetParam());
  call.link.conditions = {.capacity = Bitrate(1'000'000), .jitter = 3ms};
  call.runFor(20s);
  call.queues.clear();
  std::int64_t sum = 0;
  for (int i = 0; i < 20; ++i) {
    call.runFor(1s);
    sum += call.estimateKbps();
  }
  EXPECT_GT(sum / 20, 600);
  EXPECT_LT(sum / 20, 1100);
  std::ranges::sort(call.queues);
  EXPECT_LT(call.queues[call.queues.size() * 9 / 10], 200ms);
}

TEST_P(OverSeeds, IsNotMovedByRandomLossOfFivePercent) {
  SimulatedCall call(GetParam());
  call.link.conditions = {.capacity = Bitrate(5'000'000), .loss = 0.05};
  call.runFor(30s);
  EXPECT_GT(call.estimateKbps(), 1800);
}

TEST_P(OverSeeds, IsNotFooledByJitter) {
  SimulatedCall call(GetParam());
  call.link.conditions = {.capacity = Bitrate(5'000'000), .delay = 30ms, .jitter = 40ms};
  call.runFor(10s);
  std::int64_t least = 100'000;
  for (int i = 0; i < 50; ++i) {
    call.runFor(1s);
    least = std::min(least, call.estimateKbps());
  }
  EXPECT_GT(least, 1000);
}

TEST_P(OverSeeds, FallsWhileNoFeedbackComesAndRecoversAfterwards) {
  SimulatedCall call(GetParam());
  call.link.conditions = {.capacity = Bitrate(5'000'000)};
  call.runFor(10s);
  const auto before = call.estimateKbps();
  ASSERT_GT(before, 2000);

  call.hears_feedback = false;
  call.runFor(1500ms);  // A short silence is none.
  EXPECT_EQ(call.estimateKbps(), before);
  call.runFor(1500ms);
  EXPECT_LE(call.estimateKbps(), before / 2);
  EXPECT_TRUE(call.estimator.isLimited());
  call.runFor(10s);
  EXPECT_EQ(call.estimateKbps(), *DelayBasedRate::kFloor / 1000);

  call.hears_feedback = true;
  call.runFor(15s);
  EXPECT_GT(call.estimateKbps(), 1500);
}

TEST(SendSideEstimator, ASilenceInWhichNothingIsSentSaysNothing) {
  SimulatedCall call(1);
  call.runFor(5s);
  call.wanted_kbps = 0;
  call.runFor(1s);  // What was on its way arrives.
  const auto before = call.estimateKbps();

  call.runFor(60s);

  EXPECT_EQ(call.estimateKbps(), before);
}

TEST_P(OverSeeds, GivesWayToALossyBottleneckWithoutAQueue) {
  SimulatedCall call(GetParam());
  call.follows_estimate = true;
  call.link.conditions = {.capacity = Bitrate(500'000), .max_queue = 15ms};
  call.runFor(20s);
  EXPECT_TRUE(call.estimator.isLimited());
  EXPECT_LT(call.estimateKbps(), 900);
}

}  // namespace
}  // namespace ms::bwe
