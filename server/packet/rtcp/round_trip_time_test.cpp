#include "server/packet/rtcp/round_trip_time.h"

#include <gtest/gtest.h>

namespace ms::rtcp {
namespace {

using std::chrono::milliseconds;

constexpr rtp::NtpTime kSent(0xe8a1b2c3'40000000);

rtp::ReceptionReport answerAfter(Duration delay) {
  return {.source = rtp::Ssrc(1),
          .last_sr = rtp::compact(kSent),
          .delay_since_last_sr = rtp::toCompactNtp(delay)};
}

TEST(RoundTripTime, IsWhatPassedWithoutThePeersOwnDelay) {
  const auto rtt = roundTripTime(answerAfter(milliseconds(500)), kSent + milliseconds(620));
  ASSERT_TRUE(rtt);
  EXPECT_NEAR(static_cast<double>(rtt->count()), 120'000, 50);
}

TEST(RoundTripTime, IsUnknownBeforeThePeerHeardFromUs) { EXPECT_FALSE(roundTripTime({}, kSent)); }

TEST(RoundTripTime, TakesATinyNegativeOneForZero) {
  EXPECT_EQ(roundTripTime(answerAfter(milliseconds(5)), kSent + milliseconds(1)), Duration(0));
}

TEST(RoundTripTime, RefusesWhatCannotBeTrue) {
  EXPECT_FALSE(roundTripTime(answerAfter(milliseconds(500)), kSent + milliseconds(100)));
  EXPECT_FALSE(roundTripTime(answerAfter({}), kSent + std::chrono::seconds(31)));
}

TEST(RoundTripTime, WorksAcrossTheWrapOfTheCompactClock) {
  const rtp::NtpTime before_wrap(0xe8a1ffff'ffff0000);
  rtp::ReceptionReport block;
  block.last_sr = rtp::compact(before_wrap);
  const auto rtt = roundTripTime(block, before_wrap + milliseconds(100));
  ASSERT_TRUE(rtt);
  EXPECT_NEAR(static_cast<double>(rtt->count()), 100'000, 50);
}

}  // namespace
}  // namespace ms::rtcp
