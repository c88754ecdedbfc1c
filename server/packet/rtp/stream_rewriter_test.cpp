#include "server/packet/rtp/stream_rewriter.h"

#include <gtest/gtest.h>

#include <vector>

#include "server/packet/rtp/test_packet.h"

namespace ms::rtp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr SourceId kA = SourceId(1);
constexpr SourceId kB = SourceId(2);
constexpr StreamRewriter::Start kStart = {.ssrc = Ssrc(0xabcd),
                                          .sequence_number = SequenceNumber(1000),
                                          .timestamp = RtpTimestamp(50'000)};

// VP8: with a 15-bit picture id and TL0PICIDX; begins a key or a delta frame.
std::vector<std::uint8_t> vp8(std::uint16_t picture_id, std::uint8_t tl0, std::uint8_t p_bit) {
  return {0x90,
          0xc0,
          static_cast<std::uint8_t>(0x80 | picture_id >> 8),
          static_cast<std::uint8_t>(picture_id),
          tl0,
          p_bit,
          0x9d};
}
std::vector<std::uint8_t> keyFrame(std::uint16_t picture_id = 0, std::uint8_t tl0 = 0) {
  return vp8(picture_id, tl0, 0);
}
std::vector<std::uint8_t> deltaFrame(std::uint16_t picture_id = 0, std::uint8_t tl0 = 0) {
  return vp8(picture_id, tl0, 1);
}

class StreamRewriterTest : public testing::Test {
 protected:
  static SourceFormat formatOf(SourceId source) {
    return {.source = source,
            .codec = Codec::Vp8,
            .clock_rate = 90000,
            .outgoing_payload_type = PayloadType(120)};
  }
  std::expected<OutgoingHeader, Drop> rewrite(SourceId source, const TestPacket& packet,
                                              Duration when = {}) {
    const auto bytes = packet.bytes();
    return rewriter_.rewrite(*RtpView::parse(bytes), formatOf(source), at(when));
  }
  // The outgoing number of a delta frame of A; -1 when dropped.
  int deltaOfA(int number) {
    const auto header = rewrite(
        kA, {.sequence_number = static_cast<std::uint16_t>(number), .payload = deltaFrame()});
    return header ? *header->sequence_number : -1;
  }
  void skipOfA(int number) {
    const auto bytes =
        TestPacket{.sequence_number = static_cast<std::uint16_t>(number), .payload = deltaFrame()}
            .bytes();
    rewriter_.skip(*RtpView::parse(bytes), formatOf(kA));
  }
  void startA(int number) {
    rewriter_.choose(kA);
    ASSERT_TRUE(rewrite(
        kA, {.sequence_number = static_cast<std::uint16_t>(number), .payload = keyFrame()}));
  }

  StreamRewriter rewriter_{MediaKind::Video, kStart};
};

TEST_F(StreamRewriterTest, TakesNothingBeforeASourceIsChosen) {
  EXPECT_EQ(rewrite(kA, {.payload = keyFrame()}).error(), Drop::NotChosen);
  EXPECT_FALSE(rewriter_.needsKeyFrame());
}

TEST_F(StreamRewriterTest, BeginsAtAKeyFrameWithItsOwnNumbers) {
  rewriter_.choose(kA);
  EXPECT_TRUE(rewriter_.needsKeyFrame());
  EXPECT_EQ(rewrite(kA, {.sequence_number = 7, .payload = deltaFrame()}).error(),
            Drop::WaitsForKeyFrame);

  const auto header = rewrite(
      kA, {.sequence_number = 8, .timestamp = 123, .marker = true, .payload = keyFrame(77, 5)});

  ASSERT_TRUE(header);
  EXPECT_FALSE(rewriter_.needsKeyFrame());
  EXPECT_EQ(header->ssrc, kStart.ssrc);
  EXPECT_EQ(header->sequence_number, kStart.sequence_number);
  EXPECT_EQ(header->timestamp, kStart.timestamp);
  EXPECT_EQ(header->payload_type, PayloadType(120));
  EXPECT_TRUE(header->marker);
  EXPECT_FALSE(header->abs_send_time);
  EXPECT_EQ(header->picture_ids->picture_id, 77);
  EXPECT_EQ(rewriter_.current()->timestamp_offset, 50'000u - 123u);
}

TEST_F(StreamRewriterTest, KeepsGapsThatMeanLossAndFillsThemWithWhatComesLate) {
  startA(10);
  EXPECT_EQ(deltaOfA(11), 1001);
  EXPECT_EQ(deltaOfA(14), 1004);
  EXPECT_EQ(deltaOfA(12), 1002);
  EXPECT_EQ(deltaOfA(13), 1003);
  EXPECT_EQ(deltaOfA(15), 1005);
}

TEST_F(StreamRewriterTest, LeavesNoGapForWhatIsLeftOutOnPurpose) {
  startA(10);
  EXPECT_EQ(deltaOfA(11), 1001);
  skipOfA(12);
  skipOfA(13);
  EXPECT_EQ(deltaOfA(14), 1002);
  skipOfA(16);
  EXPECT_EQ(deltaOfA(18), 1005);
  // Late ones find the place they had: 15 before the second skip, 17 behind it.
  EXPECT_EQ(deltaOfA(15), 1003);
  EXPECT_EQ(deltaOfA(17), 1004);
  EXPECT_EQ(deltaOfA(12), -1);
}

TEST_F(StreamRewriterTest, KeepsTheGapOfASkipThatComesLate) {
  startA(10);
  EXPECT_EQ(deltaOfA(13), 1003);
  skipOfA(12);
  EXPECT_EQ(deltaOfA(14), 1004);
  EXPECT_EQ(deltaOfA(11), 1001);
}

TEST_F(StreamRewriterTest, BeginsANewSourceBehindAPacketThatCameLaterThanASkip) {
  startA(10);
  skipOfA(13);
  EXPECT_EQ(deltaOfA(12), 1002);
  rewriter_.choose(kB);
  const auto first = rewrite(kB, {.sequence_number = 5, .ssrc = 2, .payload = keyFrame()});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->sequence_number, SequenceNumber(1003));
}

TEST_F(StreamRewriterTest, DropsWhatIsOlderThanTheSkipsItRemembers) {
  startA(10);
  for (std::size_t i = 0; i <= StreamRewriter::kMaxRememberedSkips; ++i)
    skipOfA(20 + static_cast<int>(i));
  EXPECT_EQ(deltaOfA(15), -1);
  EXPECT_EQ(deltaOfA(200), 1000 + 190 - 129);
}

TEST_F(StreamRewriterTest, LeavesOutPaddingWithoutAGap) {
  startA(10);
  EXPECT_EQ(rewrite(kA, {.sequence_number = 11, .payload = {}}).error(), Drop::EmptyPayload);
  EXPECT_EQ(deltaOfA(12), 1001);
}

TEST_F(StreamRewriterTest, LeavesOutMalformedPayloadsWithoutAGap) {
  startA(10);
  EXPECT_EQ(rewrite(kA, {.sequence_number = 11, .payload = {0x90}}).error(), Drop::BadPayload);
  EXPECT_EQ(deltaOfA(12), 1001);
}

TEST_F(StreamRewriterTest, ContinuesInOneOrderWhateverTheNumbersOfANewSource) {
  struct Case {
    std::uint16_t old_sequence, new_sequence;
    std::uint32_t old_timestamp, new_timestamp;
    std::uint16_t old_picture, new_picture;
    std::uint8_t old_tl0, new_tl0;
  };
  const Case cases[] = {
      {10, 20, 1000, 2000, 1, 2, 1, 2},
      {65535, 0, 0xffffffff, 0, 0x7fff, 0, 255, 0},
      {0, 65535, 0, 0xffffffff, 0, 0x7fff, 0, 255},
      {30'000, 10, 0x80000000, 5, 0x4000, 0x3fff, 128, 127},
      {10, 43'000, 5, 0x80000001, 0x3fff, 0x4000, 127, 128},
  };
  for (const Case& c : cases) {
    StreamRewriter rewriter(MediaKind::Video, {.ssrc = Ssrc(1),
                                               .sequence_number = SequenceNumber(65535),
                                               .timestamp = RtpTimestamp(0xffffff00)});
    const auto send = [&](SourceId source, const TestPacket& packet, Duration when) {
      const auto bytes = packet.bytes();
      return rewriter.rewrite(*RtpView::parse(bytes), formatOf(source), at(when));
    };
    rewriter.choose(kA);
    const auto last = send(kA,
                           {.sequence_number = c.old_sequence,
                            .timestamp = c.old_timestamp,
                            .ssrc = 1,
                            .payload = keyFrame(c.old_picture, c.old_tl0)},
                           {});
    rewriter.choose(kB);
    const TestPacket of_b = {.sequence_number = c.new_sequence,
                             .timestamp = c.new_timestamp,
                             .ssrc = 2,
                             .payload = keyFrame(c.new_picture, c.new_tl0)};
    const auto first = send(kB, of_b, milliseconds(100));

    ASSERT_TRUE(last && first);
    EXPECT_EQ(first->sequence_number, next(last->sequence_number));
    EXPECT_EQ(distance(last->timestamp, first->timestamp), 9000);
    EXPECT_EQ(first->picture_ids->picture_id, (last->picture_ids->picture_id + 1) & 0x7fff);
    EXPECT_EQ(first->picture_ids->tl0_pic_idx, (last->picture_ids->tl0_pic_idx + 1) & 0xff);

    TestPacket second_of_b = of_b;
    ++second_of_b.sequence_number;
    second_of_b.timestamp += 3000;
    second_of_b.payload = deltaFrame(static_cast<std::uint16_t>((c.new_picture + 1) & 0x7fff),
                                     static_cast<std::uint8_t>(c.new_tl0 + 1));
    const auto second = send(kB, second_of_b, milliseconds(133));
    ASSERT_TRUE(second);
    EXPECT_EQ(second->sequence_number, next(first->sequence_number));
    EXPECT_EQ(distance(first->timestamp, second->timestamp), 3000);
    EXPECT_EQ(second->picture_ids->picture_id, (first->picture_ids->picture_id + 1) & 0x7fff);
  }
}

TEST_F(StreamRewriterTest, LetsTheFormerSourceGoOnUntilTheNewOneHasAKeyFrame) {
  startA(10);
  rewriter_.choose(kB);
  EXPECT_TRUE(rewriter_.needsKeyFrame());
  EXPECT_EQ(rewrite(kB, {.sequence_number = 500, .ssrc = 2, .payload = deltaFrame()}).error(),
            Drop::WaitsForKeyFrame);
  EXPECT_EQ(deltaOfA(11), 1001);

  const auto first = rewrite(kB, {.sequence_number = 501, .ssrc = 2, .payload = keyFrame()});

  ASSERT_TRUE(first);
  EXPECT_EQ(first->sequence_number, SequenceNumber(1002));
  EXPECT_EQ(rewrite(kA, {.sequence_number = 12, .payload = deltaFrame()}).error(), Drop::NotChosen);
  EXPECT_EQ(rewriter_.switches(), 2u);
}

TEST_F(StreamRewriterTest, NeedsNoKeyFrameWhenTheFormerSourceIsChosenAgain) {
  startA(10);
  rewriter_.choose(kB);
  rewriter_.choose(kA);
  EXPECT_FALSE(rewriter_.needsKeyFrame());
  EXPECT_EQ(deltaOfA(11), 1001);
}

TEST_F(StreamRewriterTest, BeginsAnewWhenTheSameSourceIsChosenAfterNone) {
  startA(10);
  rewriter_.choose(std::nullopt);
  EXPECT_EQ(deltaOfA(11), -1);
  rewriter_.choose(kA);
  EXPECT_TRUE(rewriter_.needsKeyFrame());
  EXPECT_EQ(deltaOfA(900), -1);
  const auto header = rewrite(kA, {.sequence_number = 901, .payload = keyFrame()});
  ASSERT_TRUE(header);
  EXPECT_EQ(header->sequence_number, SequenceNumber(1001));
}

TEST_F(StreamRewriterTest, TakesANewSsrcOfTheSameSourceForANewStream) {
  startA(10);
  EXPECT_EQ(rewrite(kA, {.sequence_number = 3, .ssrc = 99, .payload = deltaFrame()}).error(),
            Drop::WaitsForKeyFrame);
  EXPECT_TRUE(rewriter_.needsKeyFrame());
  const auto header = rewrite(kA, {.sequence_number = 4, .ssrc = 99, .payload = keyFrame()});
  ASSERT_TRUE(header);
  EXPECT_EQ(header->sequence_number, SequenceNumber(1001));
  EXPECT_EQ(rewriter_.current()->ssrc, Ssrc(99));
}

TEST_F(StreamRewriterTest, DropsWhatCameBeforeTheKeyFrameThatBegan) {
  startA(10);
  EXPECT_EQ(rewrite(kA, {.sequence_number = 9, .payload = deltaFrame()}).error(),
            Drop::BeforeKeyFrame);
}

TEST_F(StreamRewriterTest, TakesAFarPacketForARestart) {
  startA(10);
  EXPECT_EQ(rewrite(kA, {.sequence_number = 20'000, .payload = deltaFrame()}).error(),
            Drop::WaitsForKeyFrame);
  EXPECT_TRUE(rewriter_.needsKeyFrame());
  const auto header = rewrite(kA, {.sequence_number = 20'001, .payload = keyFrame()});
  ASSERT_TRUE(header);
  EXPECT_EQ(header->sequence_number, SequenceNumber(1001));
}

// By chance: first numbers and timestamps are random (RFC 3550 §5.1).
class StreamRewriterRestart : public StreamRewriterTest,
                              public testing::WithParamInterface<std::uint16_t> {};

TEST_P(StreamRewriterRestart, IsSeenByItsTimestampsWhereNumbersCouldBeLossOrLateness) {
  startA(5000);
  const std::uint32_t elsewhere = 0u - 90'000u * 60;

  const auto header =
      rewrite(kA, {.sequence_number = GetParam(), .timestamp = elsewhere, .payload = keyFrame()},
              milliseconds(100));

  ASSERT_TRUE(header);
  EXPECT_EQ(header->sequence_number, SequenceNumber(1001));
  EXPECT_EQ(header->timestamp, RtpTimestamp(59'000));
}

INSTANTIATE_TEST_SUITE_P(Near, StreamRewriterRestart, testing::Values(5500, 4500));

TEST_F(StreamRewriterTest, KeepsAStreamThatGoesOnAfterLossAndAPause) {
  startA(5000);
  const auto late = [&](std::uint16_t number, std::uint32_t timestamp, Duration when) {
    return rewrite(kA, {.sequence_number = number, .timestamp = timestamp, .payload = deltaFrame()},
                   when);
  };

  EXPECT_TRUE(late(5600, 90'000 * 8, seconds(8)));  // A long outage.
  EXPECT_TRUE(late(5300, 90'000 * 7, seconds(8)));
  EXPECT_TRUE(late(5601, 90'000 * 8, seconds(60)));  // Its clock stood still.
}

TEST_F(StreamRewriterTest, NeverLetsANewPictureShareTheTimestampOfTheLast) {
  startA(10);
  rewriter_.choose(kB);
  const auto header = rewrite(kB, {.sequence_number = 1, .ssrc = 2, .payload = keyFrame()});
  ASSERT_TRUE(header);
  EXPECT_EQ(header->timestamp, RtpTimestamp(50'001));
}

TEST_F(StreamRewriterTest, CountsElapsedTimeFromTheFirstPacketOfTheLastPicture) {
  startA(10);
  rewrite(kA, {.sequence_number = 11, .timestamp = 0, .payload = deltaFrame()}, milliseconds(30));
  rewriter_.choose(kB);
  const auto header =
      rewrite(kB, {.sequence_number = 1, .ssrc = 2, .payload = keyFrame()}, milliseconds(100));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->timestamp, RtpTimestamp(59'000));
}

TEST(StreamRewriter, SwitchesAudioAtOnceAndMarksTheFirstPacket) {
  StreamRewriter rewriter(MediaKind::Audio, kStart);
  const auto send = [&](SourceId source, std::uint16_t number, Duration when) {
    const auto bytes =
        TestPacket{.sequence_number = number, .timestamp = number * 960u, .payload = {1}}.bytes();
    return rewriter.rewrite(*RtpView::parse(bytes),
                            {.source = source,
                             .codec = Codec::Opus,
                             .clock_rate = 48000,
                             .outgoing_payload_type = PayloadType(111)},
                            at(when));
  };
  rewriter.choose(kA);
  EXPECT_FALSE(rewriter.needsKeyFrame());
  EXPECT_TRUE(send(kA, 5, {})->marker);
  EXPECT_FALSE(send(kA, 6, milliseconds(20))->marker);
  rewriter.choose(kB);

  const auto header = send(kB, 60'000, milliseconds(40));

  ASSERT_TRUE(header);
  EXPECT_TRUE(header->marker);
  EXPECT_EQ(header->sequence_number, SequenceNumber(1002));
  EXPECT_EQ(header->timestamp, RtpTimestamp(50'000 + 960 + 960));
}

TEST(StreamRewriter, BeginsAnywhereWithVideoWhoseKeyFramesItCannotSee) {
  StreamRewriter rewriter(MediaKind::Video, kStart);
  rewriter.choose(kA);
  const auto bytes = TestPacket{.payload = {1, 2, 3}}.bytes();
  EXPECT_TRUE(rewriter.rewrite(*RtpView::parse(bytes),
                               {.source = kA, .codec = Codec::Other, .outgoing_payload_type = {}},
                               at({})));
}

TEST_F(StreamRewriterTest, RunsOverManyWrapsWithoutAMistake) {
  startA(0);
  for (int number = 1; number < 200'000; ++number)
    ASSERT_EQ(deltaOfA(number), (1000 + number) % 65536) << number;
}

}  // namespace
}  // namespace ms::rtp
