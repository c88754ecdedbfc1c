#include "server/packet/peer/layer_selector.h"

#include <gtest/gtest.h>

namespace ms::peer {
namespace {

constexpr Bitrate operator""_kbps(unsigned long long kbps) {
  return Bitrate(static_cast<std::int64_t>(kbps) * 1000);
}

class LayerSelectorTest : public testing::Test {
 protected:
  // One look, so long after the one before.
  std::uint8_t look(Duration later = LayerSelector::kInterval) {
    now_ += later;
    return selector_.choose(layers_, budget_, now_);
  }
  std::uint8_t lookFor(Duration time) {
    std::uint8_t layer = selector_.current();
    for (Duration passed{0}; passed < time; passed += LayerSelector::kInterval) layer = look();
    return layer;
  }
  // The middle layer is left at the next look, and fits again then.
  void outgrow() {
    layers_.bitrates[1] = 700_kbps;
    ASSERT_EQ(look(), 0);
    layers_.bitrates[1] = 500_kbps;
  }

  LayerSelector selector_;
  SourceLayers layers_{.bitrates = {150_kbps, 500_kbps, 1500_kbps}, .count = 3};
  LayerSelector::Budget budget_;
  Timestamp now_{std::chrono::seconds(100)};
};

TEST_F(LayerSelectorTest, BeginsWithTheLargestThatFits) {
  budget_ = {.estimate = 700_kbps, .max = 0_kbps};

  EXPECT_EQ(look(), 1);
}

TEST_F(LayerSelectorTest, TakesTheSmallestWhenNoneFits) {
  budget_ = {.estimate = 50_kbps, .max = 0_kbps};

  EXPECT_EQ(look(), 0);
}

TEST_F(LayerSelectorTest, TakesTheLargestWhenNothingIsKnownButKeepsToTheEndpointsLimit) {
  EXPECT_EQ(look(), 2);

  budget_.max = 600_kbps;
  EXPECT_EQ(look(), 1);
}

TEST_F(LayerSelectorTest, DoesNotMindInWhichOrderTheLayersAre) {
  layers_.bitrates = {1500_kbps, 500_kbps, 150_kbps};
  budget_.estimate = 700_kbps;

  EXPECT_EQ(look(), 1);
}

TEST_F(LayerSelectorTest, GoesDownAtOnceAndUpOnlyAfterAWhile) {
  budget_.estimate = 2000_kbps;
  look();
  budget_.estimate = 400_kbps;
  EXPECT_EQ(look(), 0);

  budget_.estimate = 2000_kbps;
  EXPECT_EQ(look(), 0);
  EXPECT_EQ(look(LayerSelector::kUpAfter), 2);
}

TEST_F(LayerSelectorTest, StaysWhereItIsWhileTheRateSwingsAroundTheLimit) {
  budget_.max = 600_kbps;
  ASSERT_EQ(look(), 1);

  for (int i = 0; i < 40; ++i) {
    layers_.bitrates[1] = i % 2 == 0 ? 490_kbps : 640_kbps;
    EXPECT_EQ(look(), 1);
  }
}

TEST_F(LayerSelectorTest, GoesUpLessOftenToALayerThatSoonProvedTooLarge) {
  budget_.max = 600_kbps;
  ASSERT_EQ(look(), 1);

  outgrow();
  EXPECT_EQ(look(LayerSelector::kUpAfter), 1);
  outgrow();
  EXPECT_EQ(look(LayerSelector::kUpAfter), 0);
  EXPECT_EQ(look(LayerSelector::kUpAfter), 1);
  outgrow();
  EXPECT_EQ(look(3 * LayerSelector::kUpAfter), 0);
  EXPECT_EQ(look(LayerSelector::kUpAfter), 1);
}

TEST_F(LayerSelectorTest, ForgivesALayerThatProvedTooLargeOnceItHasHeld) {
  budget_.max = 600_kbps;
  ASSERT_EQ(look(), 1);
  outgrow();
  look(LayerSelector::kUpAfter);
  outgrow();
  look(2 * LayerSelector::kUpAfter);
  ASSERT_EQ(selector_.current(), 1);

  look(LayerSelector::kHeldAfter);
  outgrow();
  EXPECT_EQ(look(LayerSelector::kUpAfter), 1);
}

TEST_F(LayerSelectorTest, GoesUpSoonWhenTheEndpointAllowsMore) {
  budget_.max = 600_kbps;
  ASSERT_EQ(look(), 1);
  for (int i = 0; i < 4; ++i) {
    outgrow();
    look(LayerSelector::kMaxUpAfter);
  }
  outgrow();

  budget_.max = 0_kbps;
  EXPECT_EQ(look(LayerSelector::kUpAfter), 2);
}

TEST_F(LayerSelectorTest, LeavesALayerThatNoLongerComes) {
  budget_.estimate = 2000_kbps;
  look();
  layers_.bitrates[2] = 0_kbps;

  EXPECT_EQ(look(), 1);
}

TEST_F(LayerSelectorTest, StaysWhenNothingComesAtAll) {
  budget_.estimate = 700_kbps;
  look();
  layers_.bitrates = {};

  EXPECT_EQ(look(), 1);
}

TEST_F(LayerSelectorTest, TriesTheNextLayerWhenTheEstimateOnlyFollowsWhatIsSent) {
  budget_.estimate = 220_kbps;
  EXPECT_EQ(lookFor(std::chrono::seconds(3)), 0);

  EXPECT_EQ(lookFor(LayerSelector::kTrial), 1);
  budget_.estimate = 750_kbps;
  EXPECT_EQ(lookFor(std::chrono::seconds(3)), 1);
}

TEST_F(LayerSelectorTest, TriesLessOftenAfterATrialThatFailed) {
  budget_.estimate = 220_kbps;
  lookFor(LayerSelector::kTrialAfter + LayerSelector::kUpAfter);
  ASSERT_EQ(selector_.current(), 1);
  lookFor(LayerSelector::kTrial);  // The estimate stays where it was.
  ASSERT_EQ(selector_.current(), 0);

  EXPECT_EQ(lookFor(LayerSelector::kTrialAfter + LayerSelector::kUpAfter), 0);
  EXPECT_EQ(lookFor(LayerSelector::kTrialAfter), 1);
}

TEST_F(LayerSelectorTest, TriesNothingThatTheEndpointDoesNotAllow) {
  budget_ = {.estimate = 220_kbps, .max = 400_kbps};

  EXPECT_EQ(lookFor(std::chrono::seconds(30)), 0);
}

TEST_F(LayerSelectorTest, TriesNothingWhileTheWayIsFull) {
  budget_.estimate = 160_kbps;

  EXPECT_EQ(lookFor(std::chrono::seconds(30)), 0);
}

TEST_F(LayerSelectorTest, HasNothingToChooseWithoutSimulcast) {
  layers_ = {.bitrates = {1500_kbps}, .count = 1};
  budget_.estimate = 10_kbps;

  EXPECT_EQ(lookFor(std::chrono::seconds(5)), 0);
}

}  // namespace
}  // namespace ms::peer
