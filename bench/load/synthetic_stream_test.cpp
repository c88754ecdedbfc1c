#include "bench/load/synthetic_stream.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "server/packet/rtp/key_frame.h"
#include "server/packet/rtp/rtp_view.h"
#include "server/packet/rtp/vp8_descriptor.h"

namespace ms::load {
namespace {

class AnyCodec : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Codecs, AnyCodec, testing::Values("VP8", "H264"));

TEST_P(AnyCodec, KeepsItsBitrate) {
  SyntheticStream stream(mediaFormat(GetParam()), {.kbps = 1000, .frames_per_second = 30}, 1);
  std::size_t bytes = 0;
  for (int frame = 0; frame < 31; ++frame) {
    for (const auto& packet : stream.nextFrame()) bytes += frame > 0 ? packet.size() : 0;
  }
  EXPECT_NEAR(static_cast<double>(bytes) * 8, 1e6, 3e4);  // Headers come on top.
}

TEST_P(AnyCodec, EndsEachFrameWithAMarkerAndNumbersThePackets) {
  SyntheticStream stream(mediaFormat(GetParam()), {}, 1);
  std::uint16_t number = 0;
  for (int frame = 0; frame < 5; ++frame) {
    const auto& packets = stream.nextFrame();
    for (const auto& packet : packets) {
      const auto view = rtp::RtpView::parse(packet);
      ASSERT_TRUE(view);
      EXPECT_EQ(*view->sequenceNumber(), number++);
      EXPECT_EQ(view->marker(), &packet == &packets.back());
      EXPECT_EQ(*view->timestamp(), static_cast<std::uint32_t>(frame * 3000));
    }
  }
}

TEST_P(AnyCodec, BeginsWithAKeyFrameAndMakesOneWhenAsked) {
  const MediaFormat format = mediaFormat(GetParam());
  SyntheticStream stream(format, {}, 1);
  std::vector<int> key_frames;
  for (int frame = 0; frame < 40; ++frame) {
    if (frame == 20) stream.requestKeyFrame();
    const auto view = rtp::RtpView::parse(stream.nextFrame().front());
    if (rtp::isKeyFrameStart(format.codec, view->payload())) key_frames.push_back(frame);
  }
  EXPECT_EQ(key_frames, (std::vector{0, 20}));
  EXPECT_EQ(stream.keyFrames(), 2u);
}

TEST_P(AnyCodec, StampsAllPacketsWithRoomAndNoOther) {
  SyntheticStream stream(mediaFormat(GetParam()), {}, 1);
  auto& packets = stream.nextFrame();
  const auto before = packets;
  for (auto& packet : packets) stampSendTime(packet, Nanoseconds(42));
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const bool is_stamped = readSendTime(packets[i]) == Nanoseconds(42);
    EXPECT_TRUE(is_stamped || packets[i] == before[i]);
  }
  EXPECT_EQ(readSendTime(packets.back()), Nanoseconds(42));
}

TEST(SyntheticStream, Vp8DescriptorsAreThoseOfOneFrame) {
  SyntheticStream stream(mediaFormat("VP8"), {}, 1);
  stream.nextFrame();
  const auto& packets = stream.nextFrame();
  ASSERT_GT(packets.size(), 1u);
  for (const auto& packet : packets) {
    const auto descriptor = rtp::Vp8Descriptor::parse(rtp::RtpView::parse(packet)->payload());
    ASSERT_TRUE(descriptor);
    EXPECT_EQ(descriptor->starts_partition, &packet == &packets.front());
    EXPECT_FALSE(descriptor->starts_key_frame);
    EXPECT_EQ(descriptor->partition, 0);
  }
}

}  // namespace
}  // namespace ms::load
