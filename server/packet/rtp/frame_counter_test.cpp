#include "server/packet/rtp/frame_counter.h"

#include <gtest/gtest.h>

namespace ms::rtp {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kStart{1000s};

TEST(FrameCounter, CountsTimestampsAndNotPackets) {
  FrameCounter counter;
  for (const std::uint32_t timestamp : {0xffff'f000u, 0xffff'f000u, 0x0000'0800u, 0xffff'f000u})
    counter.add(RtpTimestamp(timestamp), kStart);

  EXPECT_EQ(counter.frames(), 2u);
}

TEST(FrameCounter, KnowsTheRateOfTheLastSecond) {
  FrameCounter counter;
  Timestamp now = kStart;
  for (std::uint32_t n = 0; n < 61; ++n, now += 40ms) counter.add(RtpTimestamp(n * 3600), now);

  EXPECT_NEAR(counter.perSecond(now), 25, 0.1);
  EXPECT_EQ(counter.perSecond(now + 3s), 0);
}

}  // namespace
}  // namespace ms::rtp
