#include "server/packet/rtp/key_frame_request_pacer.h"

#include <gtest/gtest.h>

#include <vector>

#include "server/packet/rtp/test_packet.h"

namespace ms::rtp {
namespace {

using std::chrono::milliseconds;

TEST(KeyFrameRequestPacer, AsksForNothingUnlessWanted) {
  KeyFrameRequestPacer pacer;
  EXPECT_FALSE(pacer.takeRequest(at({})));
  EXPECT_EQ(pacer.nextTime(), kNever);
}

TEST(KeyFrameRequestPacer, AsksAtOnceForTheFirstWish) {
  KeyFrameRequestPacer pacer;
  pacer.want();
  EXPECT_LE(pacer.nextTime(), at({}));
  EXPECT_TRUE(pacer.takeRequest(at({})));
}

TEST(KeyFrameRequestPacer, MakesOneRequestOfManyWishes) {
  KeyFrameRequestPacer pacer;
  for (int ms = 0; ms < 1000; ++ms) {
    pacer.want();
    pacer.takeRequest(at(milliseconds(ms)));
  }
  EXPECT_EQ(pacer.requests(), 1u);
}

TEST(KeyFrameRequestPacer, RepeatsEachSecondUntilAKeyFrameComes) {
  KeyFrameRequestPacer pacer;
  pacer.want();
  EXPECT_TRUE(pacer.takeRequest(at({})));
  EXPECT_FALSE(pacer.takeRequest(at(milliseconds(999))));
  EXPECT_EQ(pacer.nextTime(), at(milliseconds(1000)));
  EXPECT_TRUE(pacer.takeRequest(at(milliseconds(1000))));
  pacer.onKeyFrameStart();
  EXPECT_FALSE(pacer.takeRequest(at(milliseconds(2000))));
  EXPECT_EQ(pacer.nextTime(), kNever);
}

TEST(KeyFrameRequestPacer, RemembersAWishThatComesTooSoon) {
  KeyFrameRequestPacer pacer;
  pacer.want();
  pacer.takeRequest(at({}));
  pacer.onKeyFrameStart();
  pacer.want();

  EXPECT_FALSE(pacer.takeRequest(at(milliseconds(249))));
  EXPECT_EQ(pacer.nextTime(), at(milliseconds(250)));
  EXPECT_TRUE(pacer.takeRequest(at(milliseconds(250))));
}

// When each of the key frames comes that viewers get who want one all the time.
std::vector<int> requestsWithin(int last_ms) {
  KeyFrameRequestPacer pacer;
  std::vector<int> times;
  for (int ms = 0; ms <= last_ms; ++ms) {
    pacer.want();
    if (!pacer.takeRequest(at(milliseconds(ms)))) continue;
    pacer.onKeyFrameStart();
    times.push_back(ms);
  }
  return times;
}

TEST(KeyFrameRequestPacer, ServesThoseWhoJoinWithinASecond) {
  EXPECT_EQ(requestsWithin(1000), (std::vector{0, 250, 500, 750, 1000}));
}

TEST(KeyFrameRequestPacer, AsksOncePerSecondInTheLongRun) {
  EXPECT_EQ(requestsWithin(5000), (std::vector{0, 250, 500, 750, 1000, 2000, 3000, 4000, 5000}));
}

}  // namespace
}  // namespace ms::rtp
