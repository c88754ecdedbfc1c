#include "server/packet/rtp/foreign_structure.h"

#include <gtest/gtest.h>

#include <array>

namespace ms::rtp {
namespace {

bool isForeign(Codec codec, std::uint8_t first) {
  return hasForeignStructure(codec, std::array<std::uint8_t, 3>{first, 1, 2});
}

TEST(ForeignStructure, IsThatOfTheInterleavedModeOfH264) {
  for (const int type : {25, 26, 27, 29})
    EXPECT_TRUE(isForeign(Codec::H264, static_cast<std::uint8_t>(0x60 | type))) << type;
  for (const int type : {1, 5, 7, 8, 24, 28})
    EXPECT_FALSE(isForeign(Codec::H264, static_cast<std::uint8_t>(0x60 | type))) << type;
}

TEST(ForeignStructure, IsThatOfPaciInH265) {
  EXPECT_TRUE(isForeign(Codec::H265, 50 << 1));
  for (const int type : {1, 19, 32, 48, 49})
    EXPECT_FALSE(isForeign(Codec::H265, static_cast<std::uint8_t>(type << 1))) << type;
}

TEST(ForeignStructure, IsOfNoOtherCodecAndOfNoEmptyPayload) {
  for (int first = 0; first < 256; ++first)
    EXPECT_FALSE(isForeign(Codec::Vp8, static_cast<std::uint8_t>(first)));
  EXPECT_FALSE(hasForeignStructure(Codec::H264, {}));
}

}  // namespace
}  // namespace ms::rtp
