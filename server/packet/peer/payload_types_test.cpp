#include "server/packet/peer/payload_types.h"

#include <gtest/gtest.h>

namespace ms::peer {
namespace {

sdp::NegotiatedCodec codec(std::uint8_t number, rtp::Codec name, const char* fmtp = "") {
  sdp::NegotiatedCodec codec;
  codec.payload_type = rtp::PayloadType(number);
  codec.codec = name;
  codec.clock_rate = 90000;
  codec.fmtp = fmtp;
  return codec;
}

TEST(PayloadTypes, FindsOnlyWhatWasNegotiated) {
  const PayloadTypes types({codec(96, rtp::Codec::Vp8), codec(98, rtp::Codec::Vp9)});

  EXPECT_EQ(types.find(rtp::PayloadType(98))->format.codec, rtp::Codec::Vp9);
  EXPECT_EQ(types.find(rtp::PayloadType(97)), nullptr);
  EXPECT_EQ(types.find(rtp::PayloadType(200)), nullptr);
  EXPECT_EQ(types.preferred()->payload_type, rtp::PayloadType(96));
}

TEST(PayloadTypes, PrefersTheSameFormatToOneThatIsOnlyGoodEnough) {
  const PayloadTypes types(
      {codec(100, rtp::Codec::H264, "packetization-mode=1;profile-level-id=64001f"),
       codec(101, rtp::Codec::H264, "packetization-mode=1;profile-level-id=42e01f"),
       codec(102, rtp::Codec::H264, "packetization-mode=0;profile-level-id=42e01f")});
  const CodecFormat mode0 = types.find(rtp::PayloadType(102))->format;
  CodecFormat main = mode0;
  main.h264_profile = H264Profile::Main;

  EXPECT_EQ(types.carrierOf(mode0)->payload_type, rtp::PayloadType(102));
  EXPECT_EQ(types.carrierOf(main), nullptr);
}

TEST(PayloadTypes, KeepsTheFirstOfARepeatedNumberAndIgnoresImpossibleOnes) {
  const PayloadTypes types(
      {codec(96, rtp::Codec::Vp8), codec(96, rtp::Codec::Vp9), codec(128, rtp::Codec::Vp9)});

  EXPECT_EQ(types.find(rtp::PayloadType(96))->format.codec, rtp::Codec::Vp8);
  EXPECT_EQ(types.carrierOf({.codec = rtp::Codec::Vp9}), nullptr);
}

}  // namespace
}  // namespace ms::peer
