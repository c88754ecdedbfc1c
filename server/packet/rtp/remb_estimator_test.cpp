#include "server/packet/rtp/remb_estimator.h"

#include <gtest/gtest.h>

#include "server/packet/rtp/test_packet.h"

namespace ms::rtp {
namespace {

using std::chrono::milliseconds;

// Polls every 500 ms with 200 packets each time, some of them lost.
class RembEstimatorTest : public testing::Test {
 protected:
  std::int64_t poll(std::int64_t rate, int lost = 0) {
    now_ += milliseconds(500);
    input_.rate = Bitrate(rate);
    input_.packets_received += 200 - lost;
    input_.packets_lost += lost;
    const auto estimate = estimator_.poll(input_, now_);
    return estimate ? **estimate : -1;
  }

  Timestamp now_ = at({});
  RembEstimator::Input input_;
  RembEstimator estimator_;
};

TEST_F(RembEstimatorTest, BeginsWithTheRateThatArrives) {
  EXPECT_EQ(estimator_.estimate(), RembEstimator::kStart);
  EXPECT_EQ(poll(300'000), 300'000);
}

TEST_F(RembEstimatorTest, SaysNothingWhileNothingArrives) { EXPECT_EQ(poll(0), -1); }

TEST_F(RembEstimatorTest, SaysNothingWithin200Milliseconds) {
  poll(300'000);
  EXPECT_FALSE(estimator_.poll(input_, now_ + milliseconds(199)));
  EXPECT_TRUE(estimator_.poll(input_, now_ + milliseconds(200)));
}

TEST_F(RembEstimatorTest, GrowsByTheExponentialFactorBelowTheThreshold) {
  poll(1'000'000);
  EXPECT_EQ(poll(1'000'000), 1'040'000);
  EXPECT_EQ(poll(1'000'000), 1'081'600);
}

TEST_F(RembEstimatorTest, NeverExceedsTwiceTheRateThatArrives) {
  poll(300'000);
  for (int i = 0; i < 100; ++i) poll(300'000);
  EXPECT_EQ(*estimator_.estimate(), 600'000);
}

TEST_F(RembEstimatorTest, HoldsAtTheHighestRateSeenAtFewLosses) {
  poll(1'000'000);
  for (int i = 0; i < 5; ++i) poll(1'000'000);
  EXPECT_EQ(poll(1'000'000, 6), 1'000'000);  // 6 of 200 are 7 of 256.
}

TEST_F(RembEstimatorTest, IsCutAtManyLossesAndThenGrowsLinearlyAboveTheThreshold) {
  poll(1'000'000);
  EXPECT_EQ(poll(1'000'000, 40), 500'000);
  // Threshold 800000, lineal factor (1000000 - 800000) / 30.
  std::int64_t estimate = 500'000;
  while (estimate < 800'000) estimate = poll(1'000'000);
  EXPECT_EQ(poll(1'000'000), estimate + 6666);
}

TEST_F(RembEstimatorTest, IsNotCutTwiceForOneLoss) {
  poll(1'000'000);
  poll(1'000'000, 40);
  input_.packets_received += 100;
  input_.packets_lost += 40;
  EXPECT_EQ(*estimator_.poll(input_, now_ + milliseconds(200)), Bitrate(500'000));
  EXPECT_EQ(poll(1'000'000, 40), 250'000);
}

TEST_F(RembEstimatorTest, NeverFallsBelowTheFloor) {
  poll(100'000);
  for (int i = 0; i < 50; ++i) poll(20'000, 100);
  EXPECT_EQ(estimator_.estimate(), RembEstimator::kFloor);
}

TEST_F(RembEstimatorTest, ObeysTheMaximumAndTheViewers) {
  estimator_.setMaxRecv(Bitrate(700'000));
  EXPECT_EQ(poll(1'000'000), 700'000);
  estimator_.setDownstream(Bitrate(400'000));
  EXPECT_EQ(poll(1'000'000), 400'000);
  estimator_.setDownstream(std::nullopt);
  EXPECT_EQ(poll(1'000'000), 416'000);
}

TEST_F(RembEstimatorTest, NeverAsksForLessThanTheMinimumUnlessTheMaximumIsLess) {
  estimator_.setMinRecv(Bitrate(300'000));
  EXPECT_EQ(poll(100'000), 300'000);
  EXPECT_EQ(estimator_.withinBounds(Bitrate(50'000)), Bitrate(300'000));
  estimator_.setMaxRecv(Bitrate(200'000));
  EXPECT_EQ(estimator_.withinBounds(Bitrate(50'000)), Bitrate(200'000));
}

TEST_F(RembEstimatorTest, GrowsByTheLeastLinealFactorThatWasSet) {
  estimator_.setParams({.lineal_factor_min = 700});
  for (int i = 0; i < 5; ++i) poll(2'100'000);  // Above the threshold of the beginning.
  const std::int64_t before = poll(2'100'000);
  EXPECT_EQ(poll(2'100'000), before + 700);
}

TEST_F(RembEstimatorTest, WeighsFewPacketsLightly) {
  poll(1'000'000);
  // 1 of 10 lost, but 10 packets are a tenth of the interval: 2 of 256.
  input_.packets_received += 9;
  input_.packets_lost += 1;
  EXPECT_EQ(*estimator_.poll(input_, now_ + milliseconds(500)), Bitrate(1'000'000));
}

TEST_F(RembEstimatorTest, TakesParamsThatMakeNoSense) {
  estimator_.setParams({.packets_recv_interval_top = 0,
                        .exponential_factor = 1e6,
                        .lineal_factor_min = -5,
                        .lineal_factor_grade = 0,
                        .decrement_factor = 0,
                        .threshold_factor = 0,
                        .up_losses = 0,
                        .remb_on_connect = 0});
  poll(1'000'000);
  EXPECT_EQ(poll(1'000'000), 2'000'000);
  EXPECT_EQ(poll(1'000'000, 100), *RembEstimator::kFloor);
}

}  // namespace
}  // namespace ms::rtp
