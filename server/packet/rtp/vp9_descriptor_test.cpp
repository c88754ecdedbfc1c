#include "server/packet/rtp/vp9_descriptor.h"

#include <gtest/gtest.h>

#include <vector>

namespace ms::rtp {
namespace {

using Payload = std::vector<std::uint8_t>;

TEST(Vp9Descriptor, ReadsPictureIdAndLayersOfNonFlexibleMode) {
  // I L B E | M 0x1234 | TID 2 U SID 1 D | TL0 7 | data.
  const Payload payload = {0xac, 0x92, 0x34, 0x53, 0x07, 0x00};

  const auto descriptor = Vp9Descriptor::parse(payload);

  ASSERT_TRUE(descriptor);
  EXPECT_TRUE(descriptor->starts_frame);
  EXPECT_TRUE(descriptor->ends_frame);
  EXPECT_FALSE(descriptor->inter_picture_predicted);
  EXPECT_EQ(descriptor->ids.picture_id, 0x1234);
  EXPECT_EQ(descriptor->temporal_layer, 2);
  EXPECT_TRUE(descriptor->switching_up_point);
  EXPECT_EQ(descriptor->spatial_layer, 1);
  EXPECT_TRUE(descriptor->inter_layer_predicted);
  EXPECT_EQ(descriptor->ids.tl0_pic_idx, 7);
  EXPECT_FALSE(descriptor->startsKeyFrame());  // The second spatial layer.
}

TEST(Vp9Descriptor, HasNoTl0PicIdxInFlexibleMode) {
  // I L F B | 7-bit 5 | layers | data.
  const auto descriptor = Vp9Descriptor::parse(Payload{0xb8, 0x05, 0x00, 0x00});

  ASSERT_TRUE(descriptor);
  EXPECT_TRUE(descriptor->flexible_mode);
  EXPECT_FALSE(descriptor->ids.hasTl0PicIdx());
  EXPECT_EQ(descriptor->ids.width, PictureIdWidth::SevenBits);
  EXPECT_TRUE(descriptor->startsKeyFrame());
}

TEST(Vp9Descriptor, SeesNoKeyFrameInPredictedOrContinuedPictures) {
  EXPECT_TRUE(Vp9Descriptor::parse(Payload{0x08, 0x00})->startsKeyFrame());
  EXPECT_FALSE(Vp9Descriptor::parse(Payload{0x48, 0x00})->startsKeyFrame());  // P.
  EXPECT_FALSE(Vp9Descriptor::parse(Payload{0x04, 0x00})->startsKeyFrame());  // No B.
}

TEST(Vp9Descriptor, RefusesEveryPrefix) {
  const Payload payload = {0xac, 0x92, 0x34, 0x53, 0x07, 0x00};
  EXPECT_EQ(Vp9Descriptor::parse({}).error(), Drop::EmptyPayload);
  for (std::size_t bytes = 1; bytes < payload.size(); ++bytes)
    EXPECT_EQ(Vp9Descriptor::parse(Bytes(payload).first(bytes)).error(), Drop::BadPayload);
}

}  // namespace
}  // namespace ms::rtp
