#include "server/packet/rtp/ntp_time.h"

#include <gtest/gtest.h>

namespace ms::rtp {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(NtpTime, AddsAndSubtractsDurationsExactlyToTheMicrosecond) {
  const NtpTime time(0xe8a1b2c3'80000000);
  for (const Duration step :
       {Duration(0), Duration(1), Duration(-1), Duration(999'999), Duration(-1'000'001),
        Duration(hours(24 * 365)), Duration(-hours(9000))})
    EXPECT_EQ((time + step) - time, step) << step.count();
}

TEST(NtpTime, GoesOnAcrossTheEndOfItsEra) {
  const NtpTime last_second(0xffffffff'00000000);
  EXPECT_EQ(*(last_second + Duration(seconds(1))), 0u);
  EXPECT_EQ(NtpTime(0) - last_second, Duration(seconds(1)));
}

TEST(NtpTime, IsCompactedToTheMiddleBits) {
  EXPECT_EQ(compact(NtpTime(0x11112222'33334444)), CompactNtp(0x22223333));
  EXPECT_EQ(toCompactNtp(milliseconds(1500)), CompactNtp(0x00018000));
  EXPECT_EQ(fromCompactNtp(CompactNtp(0x00018000)), milliseconds(1500));
}

TEST(NtpClock, RunsWithTheClockOfMedia) {
  const NtpClock clock(NtpTime(0xe8000000'00000000), Timestamp(seconds(50)));
  EXPECT_EQ(clock.at(Timestamp(seconds(51))), NtpTime(0xe8000001'00000000));
  EXPECT_EQ(clock.at(Timestamp(milliseconds(49'500))), NtpTime(0xe7ffffff'80000000));
}

}  // namespace
}  // namespace ms::rtp
