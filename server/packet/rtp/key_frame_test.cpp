#include "server/packet/rtp/key_frame.h"

#include <gtest/gtest.h>

#include <vector>

namespace ms::rtp {
namespace {

using Payload = std::vector<std::uint8_t>;

TEST(KeyFrame, BeginsWhereEachPayloadFormatSays) {
  struct Case {
    const char* what;
    Codec codec;
    Payload payload;
    bool begins;
  };
  const Case cases[] = {
      {"VP8 key frame", Codec::Vp8, {0x10, 0x00}, true},
      {"VP8 delta frame", Codec::Vp8, {0x10, 0x01}, false},
      {"VP9 key frame", Codec::Vp9, {0x08, 0x00}, true},
      {"VP9 predicted", Codec::Vp9, {0x48, 0x00}, false},

      {"H264 SPS", Codec::H264, {0x67, 0x42}, true},
      {"H264 PPS", Codec::H264, {0x68, 0xce}, false},
      {"H264 IDR without parameter sets", Codec::H264, {0x65, 0x88}, false},
      {"H264 slice", Codec::H264, {0x41, 0x9a}, false},
      {"H264 STAP-A: SPS, PPS", Codec::H264, {0x78, 0, 2, 0x67, 0x42, 0, 1, 0x68}, true},
      {"H264 STAP-A: AUD, SPS", Codec::H264, {0x78, 0, 1, 0x09, 0, 2, 0x67, 0x42}, true},
      {"H264 STAP-A: PPS only", Codec::H264, {0x78, 0, 1, 0x68}, false},
      {"H264 STAP-A cut short", Codec::H264, {0x78, 0, 9, 0x67}, false},
      {"H264 STAP-A with an empty unit", Codec::H264, {0x78, 0, 0, 0, 1, 0x67}, false},
      {"H264 FU-A first of SPS", Codec::H264, {0x7c, 0x87, 0x42}, true},
      {"H264 FU-A later of SPS", Codec::H264, {0x7c, 0x07, 0x42}, false},
      {"H264 FU-A first of IDR", Codec::H264, {0x7c, 0x85, 0x88}, false},
      {"H264 FU-A cut short", Codec::H264, {0x7c}, false},

      {"H265 VPS", Codec::H265, {0x40, 0x01, 0x0c}, true},
      {"H265 SPS", Codec::H265, {0x42, 0x01, 0x01}, true},
      {"H265 PPS", Codec::H265, {0x44, 0x01, 0xc0}, false},
      {"H265 IDR", Codec::H265, {0x26, 0x01, 0xaf}, false},
      {"H265 AP with VPS", Codec::H265, {0x60, 0x01, 0, 2, 0x40, 0x01}, true},
      {"H265 AP with PPS", Codec::H265, {0x60, 0x01, 0, 2, 0x44, 0x01}, false},
      {"H265 FU first of SPS", Codec::H265, {0x62, 0x01, 0xa1}, true},
      {"H265 FU later of SPS", Codec::H265, {0x62, 0x01, 0x21}, false},
      {"H265 FU cut short", Codec::H265, {0x62, 0x01}, false},

      {"AV1 new coded video sequence", Codec::Av1, {0x18, 0x0a}, true},
      {"AV1 sequence header, only element", Codec::Av1, {0x10, 0x08}, true},
      {"AV1 sequence header behind its size", Codec::Av1, {0x20, 0x01, 0x08}, true},
      {"AV1 frame", Codec::Av1, {0x10, 0x30}, false},
      {"AV1 continued OBU", Codec::Av1, {0x98, 0x08}, false},
      {"AV1 endless size", Codec::Av1, {0x20, 0x80, 0x80, 0x80}, false},
      {"AV1 cut short", Codec::Av1, {0x18}, false},

      {"opus", Codec::Opus, {0x67, 0x42}, false},
      {"other", Codec::Other, {0x67, 0x42}, false},
      {"empty VP8", Codec::Vp8, {}, false},
      {"empty VP9", Codec::Vp9, {}, false},
      {"empty H264", Codec::H264, {}, false},
      {"empty H265", Codec::H265, {}, false},
      {"empty AV1", Codec::Av1, {}, false},
  };
  for (const Case& c : cases) EXPECT_EQ(isKeyFrameStart(c.codec, c.payload), c.begins) << c.what;
}

TEST(KeyFrame, IsKnownForVideoCodecsOnly) {
  for (const Codec codec : {Codec::Vp8, Codec::Vp9, Codec::Av1, Codec::H264, Codec::H265})
    EXPECT_TRUE(hasKeyFrames(codec));
  for (const Codec codec : {Codec::Opus, Codec::Pcmu, Codec::Pcma, Codec::G722, Codec::Amr,
                            Codec::AmrWb, Codec::Speex, Codec::Other})
    EXPECT_FALSE(hasKeyFrames(codec));
}

}  // namespace
}  // namespace ms::rtp
