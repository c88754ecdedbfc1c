#include "server/packet/rtp/key_frame_request_pacer.h"

#include <gtest/gtest.h>

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

  EXPECT_FALSE(pacer.takeRequest(at(milliseconds(300))));
  EXPECT_TRUE(pacer.takeRequest(at(milliseconds(1000))));
}

}  // namespace
}  // namespace ms::rtp
