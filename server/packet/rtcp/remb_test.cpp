#include "server/packet/rtcp/remb.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "server/packet/rtcp/test_message.h"

namespace ms::rtcp {
namespace {

TEST(Remb, IsWrittenAsTheDraftDrawsIt) {
  TestMessage message;
  const Ssrc ssrcs[] = {Ssrc(2)};
  // 1 Mbit/s = 250000 * 2^2: exponent 2, mantissa 0x3d090.
  ASSERT_TRUE(writeRemb(message.out(), Ssrc(1), Bitrate(1'000'000), ssrcs));

  const std::vector<std::uint8_t> expected = {0x8f, 206, 0,   5,   0, 0,    0,    1,    0, 0, 0, 0,
                                              'R',  'E', 'M', 'B', 1, 0x0b, 0xd0, 0x90, 0, 0, 0, 2};
  EXPECT_EQ(std::vector<std::uint8_t>(message.bytes().begin(), message.bytes().end()), expected);
}

TEST(Remb, ReadsWhatWasWrittenTo18Bits) {
  for (const std::int64_t bitrate :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{262'143}, std::int64_t{262'144},
        std::int64_t{300'001}, std::int64_t{123'456'789},
        std::numeric_limits<std::int64_t>::max()}) {
    TestMessage message;
    ASSERT_TRUE(writeRemb(message.out(), Ssrc(1), Bitrate(bitrate), {}));
    const auto view = RembView::parse(message.packet());
    ASSERT_TRUE(view);
    EXPECT_LE(*view->bitrate(), bitrate);
    EXPECT_GE(*view->bitrate(), bitrate - (bitrate >> 17));
  }
}

TEST(Remb, GivesItsSsrcs) {
  TestMessage message;
  const Ssrc ssrcs[] = {Ssrc(2), Ssrc(3)};
  writeRemb(message.out(), Ssrc(1), Bitrate(1), ssrcs);
  const auto view = RembView::parse(message.packet());
  ASSERT_TRUE(view);
  ASSERT_EQ(view->size(), 2u);
  EXPECT_EQ((*view)[1], Ssrc(3));
}

TEST(Remb, RefusesWhatItCannotSay) {
  TestMessage message;
  EXPECT_FALSE(writeRemb(message.out(), Ssrc(1), Bitrate(-1), {}));
  EXPECT_FALSE(writeRemb(message.out(), Ssrc(1), Bitrate(1), std::vector<Ssrc>(256)));
}

TEST(Remb, RefusesHostileForms) {
  const auto parse = [](const std::vector<std::uint8_t>& bytes) {
    return RembView::parse(*PacketView::parse(bytes)).error();
  };
  // 2^63 bit/s and more.
  EXPECT_EQ(
      parse({0x8f, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 'R', 'E', 'M', 'B', 0, 0xff, 0xff, 0xff}),
      Drop::BadContent);
  // Another application's feedback.
  EXPECT_EQ(parse({0x8f, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 'A', 'B', 'C', 'D', 0, 0, 0, 0}),
            Drop::BadContent);
  // More SSRCs than there are.
  EXPECT_EQ(parse({0x8f, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 'R', 'E', 'M', 'B', 1, 0, 0, 1}),
            Drop::TooShort);
}

}  // namespace
}  // namespace ms::rtcp
