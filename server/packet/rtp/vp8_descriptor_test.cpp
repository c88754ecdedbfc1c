#include "server/packet/rtp/vp8_descriptor.h"

#include <gtest/gtest.h>

#include <vector>

namespace ms::rtp {
namespace {

using Payload = std::vector<std::uint8_t>;

// X S PID=0 | I L T K | M 0x1234 | TL0 0x56 | TID 1 Y KEYIDX 9 | a key frame's first byte.
const Payload kFull = {0x90, 0xf0, 0x92, 0x34, 0x56, 0x69, 0x10};

TEST(Vp8Descriptor, ReadsAllExtensions) {
  const auto descriptor = Vp8Descriptor::parse(kFull);

  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->bytes, 6u);
  EXPECT_TRUE(descriptor->starts_partition);
  EXPECT_EQ(descriptor->partition, 0);
  EXPECT_EQ(descriptor->ids.width, PictureIdWidth::FifteenBits);
  EXPECT_EQ(descriptor->ids.picture_id, 0x1234);
  EXPECT_EQ(descriptor->ids.tl0_pic_idx, 0x56);
  EXPECT_EQ(descriptor->temporal_layer, 1);
  EXPECT_TRUE(descriptor->layer_sync);
  EXPECT_EQ(descriptor->key_index, 9);
  EXPECT_TRUE(descriptor->starts_key_frame);
}

TEST(Vp8Descriptor, ReadsTheShortestForm) {
  const auto descriptor = Vp8Descriptor::parse(Payload{0x10, 0x01});

  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->bytes, 1u);
  EXPECT_FALSE(descriptor->ids.hasPictureId());
  EXPECT_FALSE(descriptor->ids.hasTl0PicIdx());
  EXPECT_FALSE(descriptor->starts_key_frame);
}

TEST(Vp8Descriptor, ReadsSevenBitPictureIds) {
  const auto descriptor = Vp8Descriptor::parse(Payload{0x90, 0x80, 0x7e, 0x00});

  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->ids.width, PictureIdWidth::SevenBits);
  EXPECT_EQ(descriptor->ids.picture_id, 0x7e);
  EXPECT_EQ(descriptor->bytes, 3u);
}

TEST(Vp8Descriptor, RefusesEveryPrefix) {
  EXPECT_EQ(Vp8Descriptor::parse({}).error(), Drop::EmptyPayload);
  for (std::size_t bytes = 1; bytes < kFull.size(); ++bytes)
    EXPECT_EQ(Vp8Descriptor::parse(Bytes(kFull).first(bytes)).error(), Drop::BadPayload) << bytes;
}

TEST(Vp8Descriptor, SeesAKeyFrameOnlyAtTheStartOfItsFirstPartition) {
  EXPECT_TRUE(Vp8Descriptor::parse(Payload{0x10, 0x00})->starts_key_frame);
  EXPECT_FALSE(Vp8Descriptor::parse(Payload{0x00, 0x00})->starts_key_frame);  // S = 0.
  EXPECT_FALSE(Vp8Descriptor::parse(Payload{0x11, 0x00})->starts_key_frame);  // PID = 1.
  EXPECT_FALSE(Vp8Descriptor::parse(Payload{0x10, 0x01})->starts_key_frame);  // P = 1.
}

TEST(PictureIds, WritesBackInPlaceAndNothingElse) {
  Payload payload = kFull;
  auto ids = Vp8Descriptor::parse(payload)->ids;
  ids.picture_id = 0x7fff;
  ids.tl0_pic_idx = 0xff;

  ids.writeInto(payload);

  EXPECT_EQ(payload, (Payload{0x90, 0xf0, 0xff, 0xff, 0xff, 0x69, 0x10}));
}

TEST(PictureIds, StaysInsideAPayloadThatIsTooShort) {
  const auto ids = Vp8Descriptor::parse(kFull)->ids;
  Payload payload = {0x90, 0xf0, 0x00};

  ids.writeInto(payload);

  EXPECT_EQ(payload, (Payload{0x90, 0xf0, 0x00}));
}

}  // namespace
}  // namespace ms::rtp
