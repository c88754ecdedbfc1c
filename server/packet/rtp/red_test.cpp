#include "server/packet/rtp/red.h"

#include <gmock/gmock.h>

#include <vector>

namespace ms::rtp {
namespace {

using testing::ElementsAre;

// One redundant block of 3 bytes, 960 ticks older, and a primary one of 2; both of type 111.
const std::vector<std::uint8_t> kTwoBlocks = {
    0x80 | 111, 960 >> 6, (960 & 0x3f) << 2, 3, 111, 1, 2, 3, 0xa, 0xb};

TEST(Red, FindsThePrimaryBlock) {
  EXPECT_THAT(redPrimary(kTwoBlocks).value(), ElementsAre(0xa, 0xb));
  const std::vector<std::uint8_t> alone = {111, 7};
  EXPECT_THAT(redPrimary(alone).value(), ElementsAre(7));
}

TEST(Red, RefusesWhatIsCutOff) {
  for (std::size_t bytes = 0; bytes < 8; ++bytes)
    EXPECT_EQ(redPrimary(Bytes(kTwoBlocks).first(bytes)).error(), Drop::BadPayload) << bytes;
  EXPECT_EQ(redPrimary(Bytes(kTwoBlocks).first(8)).error(), Drop::EmptyPayload);
}

TEST(Red, GivesEveryBlockAnotherNumberAndChangesNothingElse) {
  auto payload = kTwoBlocks;
  renumberRed(payload, PayloadType(109));

  auto expected = kTwoBlocks;
  expected[0] = 0x80 | 109;
  expected[4] = 109;
  EXPECT_EQ(payload, expected);
}

}  // namespace
}  // namespace ms::rtp
