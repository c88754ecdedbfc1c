#include "server/packet/rtp/remb_limiter.h"

#include <gtest/gtest.h>

#include "server/packet/rtp/test_packet.h"

namespace ms::rtp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr RembLimiter::Bounds kUnbounded = {.min = Bitrate(0), .max = Bitrate(0)};
constexpr RembLimiter::Bounds kDefaults = {.min = Bitrate(100'000), .max = Bitrate(500'000)};

TEST(RembLimiter, SaysNothingBeforeAnyViewerDid) {
  RembLimiter limiter;
  EXPECT_FALSE(limiter.limit(at({})));
}

TEST(RembLimiter, LetsTheStrongestViewerDecide) {
  RembLimiter limiter;
  limiter.set(ViewerId(1), Bitrate(400'000), kUnbounded, at({}));
  limiter.set(ViewerId(2), Bitrate(300'000), kUnbounded, at({}));
  EXPECT_EQ(limiter.limit(at({})), Bitrate(400'000));
  limiter.set(ViewerId(1), Bitrate(200'000), kUnbounded, at({}));
  EXPECT_EQ(limiter.limit(at({})), Bitrate(300'000));
}

TEST(RembLimiter, ClampsEachViewerToItsSendBandwidth) {
  EXPECT_EQ(clampRemb(Bitrate(50'000), kDefaults), Bitrate(100'000));
  EXPECT_EQ(clampRemb(Bitrate(250'000), kDefaults), Bitrate(250'000));
  EXPECT_EQ(clampRemb(Bitrate(2'000'000), kDefaults), Bitrate(500'000));
  EXPECT_EQ(clampRemb(Bitrate(2'000'000), {.min = Bitrate(100'000), .max = Bitrate(0)}),
            Bitrate(2'000'000));
  EXPECT_EQ(clampRemb(Bitrate(1), {.min = Bitrate(900'000), .max = Bitrate(500'000)}),
            Bitrate(500'000));

  RembLimiter limiter;
  limiter.set(ViewerId(1), Bitrate(5'000), kDefaults, at({}));
  EXPECT_EQ(limiter.limit(at({})), Bitrate(100'000));
}

TEST(RembLimiter, ForgetsAViewerAfterTenSecondsOfSilence) {
  RembLimiter limiter;
  limiter.set(ViewerId(1), Bitrate(300'000), kUnbounded, at({}));
  limiter.set(ViewerId(2), Bitrate(200'000), kUnbounded, at(seconds(5)));
  EXPECT_EQ(limiter.limit(at(milliseconds(9'999))), Bitrate(300'000));
  EXPECT_EQ(limiter.limit(at(seconds(10))), Bitrate(200'000));
  EXPECT_FALSE(limiter.limit(at(seconds(15))));
}

TEST(RembLimiter, ForgetsAViewerThatLeft) {
  RembLimiter limiter;
  limiter.set(ViewerId(1), Bitrate(200'000), kUnbounded, at({}));
  limiter.remove(ViewerId(1));
  EXPECT_FALSE(limiter.limit(at({})));
}

TEST(RembLimiter, ListensToNoMoreViewersThanItsLimit) {
  RembLimiter limiter;
  for (std::size_t i = 0; i < RembLimiter::kMaxViewers + 10; ++i)
    limiter.set(ViewerId(i), Bitrate(1'000'000 - static_cast<int>(i)), kUnbounded, at({}));
  EXPECT_EQ(limiter.viewers(), RembLimiter::kMaxViewers);
}

}  // namespace
}  // namespace ms::rtp
