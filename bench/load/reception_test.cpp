#include "bench/load/reception.h"

#include <gtest/gtest.h>

#include "bench/load/synthetic_stream.h"

namespace ms::load {
namespace {

constexpr Timestamp kNow{std::chrono::seconds(1000)};

std::vector<std::uint8_t> packet(std::uint16_t number, std::uint32_t ssrc = 1) {
  std::vector<std::uint8_t> bytes(40);
  bytes[0] = 0x80;
  bytes[1] = 96;
  storeBe16(bytes, 2, number);
  storeBe32(bytes, 8, ssrc);
  return bytes;
}

TEST(Reception, CountsWhatIsMissingAcrossTheWrapOfNumbers) {
  Reception reception(rtp::Codec::Vp8);
  for (const int number : {65533, 65534, 0, 1, 3}) {
    EXPECT_TRUE(reception.count(packet(static_cast<std::uint16_t>(number)), kNow));
  }
  EXPECT_EQ(reception.packets(), 5u);
  EXPECT_EQ(reception.gaps(), 2u);  // 65535 and 2.
}

TEST(Reception, TakesALatePacketAndTellsADuplicate) {
  Reception reception(rtp::Codec::Vp8);
  for (const std::uint16_t number : {10, 12, 11}) reception.count(packet(number), kNow);
  EXPECT_EQ(reception.gaps(), 0u);
  EXPECT_FALSE(reception.count(packet(11), kNow));
  EXPECT_EQ(reception.duplicates(), 1u);
  EXPECT_EQ(reception.packets(), 3u);
}

TEST(Reception, CountsAPacketThatComesBeforeTheFirst) {
  Reception reception(rtp::Codec::Vp8);
  for (const std::uint16_t number : {5, 4, 6}) reception.count(packet(number), kNow);
  EXPECT_EQ(reception.packets(), 3u);
  EXPECT_EQ(reception.gaps(), 0u);
}

TEST(Reception, KeepsOtherStreamsApart) {
  Reception reception(rtp::Codec::Vp8);
  reception.count(packet(1, 7), kNow);
  EXPECT_FALSE(reception.count(packet(2, 8), kNow));
  EXPECT_EQ(reception.otherStreams(), 1u);
  EXPECT_EQ(reception.packets(), 1u);
}

// Feeds frames to a sink, without the packet `lost` of the first one.
std::optional<Timestamp> firstFrameAfter(const char* codec, int frames, std::optional<int> lost) {
  SyntheticStream stream(mediaFormat(codec), {}, 1);
  Reception reception(mediaFormat(codec).codec);
  for (int frame = 0; frame < frames; ++frame) {
    int position = 0;
    for (const auto& bytes : stream.nextFrame()) {
      if (frame == 0 && position++ == lost) continue;
      const Timestamp now = kNow + std::chrono::seconds(frame);
      reception.count(bytes, now);
      reception.look(*rtp::RtpView::parse(bytes), Nanoseconds(0), now);
    }
  }
  return reception.firstFrameAt();
}

TEST(Reception, SeesAWholeKeyFrame) {
  for (const char* codec : {"VP8", "H264", "opus"}) {
    EXPECT_EQ(firstFrameAfter(codec, 1, {}), kNow) << codec;
  }
}

TEST(Reception, AKeyFrameWithAGapIsNone) {
  EXPECT_EQ(firstFrameAfter("VP8", 3, 2), std::nullopt);
  EXPECT_EQ(firstFrameAfter("H264", 3, 2), std::nullopt);
}

TEST(Reception, TimesThePacketsThatSayWhenTheyWereSent) {
  SyntheticStream stream(mediaFormat("VP8"), {}, 1);
  Reception reception(rtp::Codec::Vp8);
  reception.startLatency();
  auto& packets = stream.nextFrame();
  for (auto& bytes : packets) {
    stampSendTime(bytes, Nanoseconds(1'000'000));
    reception.look(*rtp::RtpView::parse(bytes), Nanoseconds(1'250'000), kNow);
  }
  EXPECT_EQ(reception.latencies(), std::vector<Nanoseconds>(packets.size(), Nanoseconds(250'000)));
}

}  // namespace
}  // namespace ms::load
