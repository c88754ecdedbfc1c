#include "server/packet/rtp/frame_size.h"

#include <gtest/gtest.h>

#include <vector>

namespace ms::rtp {
namespace {

// Descriptor S, PID 0; frame tag of a key frame that is shown; 640 x 480 with scaling bits set.
const std::vector<std::uint8_t> kVp8KeyFrame{0x10, 0x10, 0x02, 0x00, 0x9d, 0x01,
                                             0x2a, 0x80, 0x42, 0xe0, 0x81};

TEST(FrameSize, IsReadFromAVp8KeyFrame) {
  EXPECT_EQ(frameSizeOf(Codec::Vp8, kVp8KeyFrame), (FrameSize{.width = 640, .height = 480}));
}

TEST(FrameSize, IsUnknownForWhatIsCutShortOrNoKeyFrame) {
  for (std::size_t size = 0; size < kVp8KeyFrame.size(); ++size)
    EXPECT_FALSE(frameSizeOf(Codec::Vp8, Bytes(kVp8KeyFrame).first(size))) << size;
  auto changed = kVp8KeyFrame;
  changed[1] |= 1;  // Not a key frame.
  EXPECT_FALSE(frameSizeOf(Codec::Vp8, changed));
  changed = kVp8KeyFrame;
  changed[4] = 0;  // No start code.
  EXPECT_FALSE(frameSizeOf(Codec::Vp8, changed));
  EXPECT_FALSE(frameSizeOf(Codec::H264, kVp8KeyFrame));
}

}  // namespace
}  // namespace ms::rtp
