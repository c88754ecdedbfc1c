#include "server/packet/rtp/sequence.h"

#include <gtest/gtest.h>

namespace ms::rtp {
namespace {

TEST(Sequence, ComparesAcrossTheWrap) {
  struct Case {
    std::uint16_t from, to;
    int distance;
  };
  constexpr Case kCases[] = {
      {0, 0, 0},
      {0, 1, 1},
      {1, 0, -1},
      {65535, 0, 1},
      {0, 65535, -1},
      {65530, 5, 11},
      {5, 65530, -11},
      {0, 32767, 32767},
      {0, 32768, -32768},
      {32768, 0, -32768},
      {40000, 10000, -30000},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(distance(SequenceNumber(c.from), SequenceNumber(c.to)), c.distance)
        << c.from << " to " << c.to;
    EXPECT_EQ(isNewer(SequenceNumber(c.to), SequenceNumber(c.from)), c.distance > 0);
  }
  EXPECT_EQ(next(SequenceNumber(65535)), SequenceNumber(0));
  EXPECT_TRUE(isNewer(RtpTimestamp(3), RtpTimestamp(0xfffffff0)));
}

TEST(SequenceUnwrapper, CountsOnOverTheWrapAndBack) {
  SequenceUnwrapper unwrapper;
  EXPECT_EQ(unwrapper.unwrap(SequenceNumber(65534)), 65534);
  EXPECT_EQ(unwrapper.unwrap(SequenceNumber(1)), 65537);
  EXPECT_EQ(unwrapper.unwrap(SequenceNumber(65535)), 65535);
  EXPECT_EQ(unwrapper.unwrap(SequenceNumber(2)), 65538);
}

TEST(SequenceUnwrapper, GivesNegativeValuesToWhatCameBeforeTheFirst) {
  SequenceUnwrapper unwrapper;
  EXPECT_EQ(unwrapper.unwrap(SequenceNumber(1)), 1);
  EXPECT_EQ(unwrapper.peek(SequenceNumber(65535)), -1);
  EXPECT_EQ(unwrapper.unwrap(SequenceNumber(2)), 2);
}

TEST(TimestampUnwrapper, CountsOnOverManyWraps) {
  TimestampUnwrapper unwrapper;
  std::int64_t last = unwrapper.unwrap(RtpTimestamp(0));
  for (std::uint32_t i = 1; i <= 20; ++i) {
    const std::int64_t value = unwrapper.unwrap(RtpTimestamp(i * 0x40000000u));
    EXPECT_EQ(value - last, 0x40000000);
    last = value;
  }
  EXPECT_EQ(last, 20ll * 0x40000000);
}

}  // namespace
}  // namespace ms::rtp
