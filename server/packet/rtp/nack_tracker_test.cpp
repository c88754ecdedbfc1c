#include "server/packet/rtp/nack_tracker.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "server/packet/rtp/test_packet.h"

namespace ms::rtp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Arrival = NackTracker::Arrival;
using Numbers = std::vector<int>;

class NackTrackerTest : public testing::Test {
 protected:
  Arrival receive(int number, Duration when = {}) {
    return tracker_.receive(SequenceNumber(static_cast<std::uint16_t>(number)), at(when));
  }
  Numbers poll(Duration when) {
    std::array<SequenceNumber, NackTracker::kMaxMissing> out;
    const std::size_t count = tracker_.poll(at(when), out);
    Numbers numbers;
    for (std::size_t i = 0; i < count; ++i) numbers.push_back(*out[i]);
    return numbers;
  }

  NackTracker tracker_;
};

TEST_F(NackTrackerTest, AsksForNothingWhileNothingIsMissing) {
  for (int number = 65500; number < 65600; ++number) EXPECT_EQ(receive(number), Arrival::InOrder);
  EXPECT_EQ(tracker_.nextTime(), kNever);
  EXPECT_TRUE(poll(seconds(1)).empty());
}

TEST_F(NackTrackerTest, AsksForAGapAcrossTheWrap) {
  receive(65533);
  receive(2);
  EXPECT_EQ(poll(milliseconds(10)), (Numbers{65534, 65535, 0, 1}));
}

TEST_F(NackTrackerTest, GivesReorderedPacketsAMoment) {
  receive(1);
  receive(3);
  EXPECT_TRUE(poll(milliseconds(9)).empty());
  EXPECT_EQ(receive(2, milliseconds(9)), Arrival::Recovered);
  EXPECT_TRUE(poll(milliseconds(50)).empty());
  EXPECT_EQ(tracker_.recovered(), 0u);  // It was never asked for.
}

TEST_F(NackTrackerTest, AsksAtOnceWhenNewerPacketsProveTheLoss) {
  receive(1);
  receive(3);
  EXPECT_EQ(tracker_.nextTime(), at(NackTracker::kReorderTime));
  receive(4);
  receive(5);
  EXPECT_EQ(tracker_.nextTime(), at({}));
  EXPECT_EQ(poll({}), Numbers{2});
}

TEST_F(NackTrackerTest, AsksAgainAfterEachRoundTrip) {
  tracker_.setRtt(milliseconds(80));
  receive(1);
  receive(3);
  EXPECT_EQ(poll(milliseconds(10)), Numbers{2});
  EXPECT_EQ(tracker_.nextTime(), at(milliseconds(90)));
  EXPECT_TRUE(poll(milliseconds(89)).empty());
  EXPECT_EQ(poll(milliseconds(90)), Numbers{2});
}

TEST_F(NackTrackerTest, NeverAsksFasterThanTheMinimumHoweverShortTheRoundTrip) {
  tracker_.setRtt(Duration(0));
  receive(1);
  receive(3);
  poll(milliseconds(10));
  EXPECT_TRUE(poll(milliseconds(29)).empty());
  EXPECT_EQ(poll(milliseconds(30)), Numbers{2});
}

TEST_F(NackTrackerTest, GivesUpAfterTenRequests) {
  tracker_.setRtt(Duration(0));
  receive(1);
  receive(3);
  int requests = 0;
  for (int ms = 0; ms < 1000; ++ms) requests += static_cast<int>(poll(milliseconds(ms)).size());

  EXPECT_EQ(requests, NackTracker::kMaxRequests);
  EXPECT_EQ(tracker_.missing(), 0u);
  EXPECT_EQ(tracker_.givenUp(), 1u);
  EXPECT_EQ(receive(2, seconds(1)), Arrival::Unasked);
}

TEST_F(NackTrackerTest, WantsAKeyFrameWhenItGivesUp) {
  receive(1);
  receive(3);
  poll(milliseconds(1999));
  EXPECT_FALSE(tracker_.takeKeyFrameRequest());

  poll(seconds(2));

  EXPECT_TRUE(tracker_.takeKeyFrameRequest());
  EXPECT_FALSE(tracker_.takeKeyFrameRequest());
}

TEST_F(NackTrackerTest, GivesUpAfterTheMaximalAge) {
  tracker_.setRtt(seconds(1));
  receive(1);
  receive(3);
  EXPECT_FALSE(poll(milliseconds(1999)).empty());
  EXPECT_EQ(tracker_.nextTime(), at(seconds(2)));
  EXPECT_TRUE(poll(seconds(2)).empty());
  EXPECT_EQ(tracker_.missing(), 0u);
}

TEST_F(NackTrackerTest, StopsAskingForWhatArrived) {
  receive(1);
  receive(5);
  poll(milliseconds(10));
  EXPECT_EQ(receive(3, milliseconds(20)), Arrival::Recovered);
  EXPECT_EQ(receive(3, milliseconds(21)), Arrival::Unasked);
  EXPECT_EQ(poll(seconds(1)), (Numbers{2, 4}));
  EXPECT_EQ(tracker_.recovered(), 1u);
}

TEST_F(NackTrackerTest, WantsAKeyFrameInsteadOfFillingAGapThatIsTooLarge) {
  receive(1);
  receive(3);
  receive(static_cast<int>(3 + NackTracker::kMaxMissing + 1));

  EXPECT_EQ(tracker_.missing(), 0u);
  EXPECT_TRUE(tracker_.takeKeyFrameRequest());
  EXPECT_FALSE(tracker_.takeKeyFrameRequest());
  EXPECT_TRUE(poll(seconds(1)).empty());
}

TEST_F(NackTrackerTest, TracksAGapOfExactlyTheLimit) {
  receive(1);
  receive(static_cast<int>(1 + NackTracker::kMaxMissing + 1));
  EXPECT_EQ(tracker_.missing(), NackTracker::kMaxMissing);
  EXPECT_FALSE(tracker_.takeKeyFrameRequest());
  EXPECT_EQ(poll(seconds(1)).size(), NackTracker::kMaxMissing);
}

TEST_F(NackTrackerTest, WritesNoMoreThanThereIsRoomForAndTheRestNextTime) {
  receive(1);
  receive(6);
  std::array<SequenceNumber, 3> out;
  EXPECT_EQ(tracker_.poll(at(milliseconds(10)), out), 3u);
  EXPECT_EQ(out[0], SequenceNumber(2));
  EXPECT_EQ(tracker_.poll(at(milliseconds(10)), out), 1u);
  EXPECT_EQ(out[0], SequenceNumber(5));
}

TEST_F(NackTrackerTest, ForgetsWhatAKeyFrameMakesUseless) {
  receive(1);
  receive(5);
  receive(8);
  tracker_.onKeyFrameStart(SequenceNumber(5));
  EXPECT_EQ(poll(seconds(1)), (Numbers{6, 7}));
}

TEST_F(NackTrackerTest, DoesNotMissWhatCameBeforeTheFirstPacket) {
  receive(100);
  EXPECT_EQ(receive(99), Arrival::Unasked);
  EXPECT_EQ(receive(101), Arrival::InOrder);
  EXPECT_EQ(tracker_.missing(), 0u);
}

TEST_F(NackTrackerTest, BeginsAnewAfterARestartOfTheSender) {
  receive(100);
  receive(103);
  tracker_.restart();
  EXPECT_EQ(receive(30'000), Arrival::InOrder);
  EXPECT_EQ(tracker_.missing(), 0u);
}

}  // namespace
}  // namespace ms::rtp
