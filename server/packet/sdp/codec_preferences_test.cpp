#include "server/packet/sdp/codec_preferences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ms::sdp {
namespace {

using testing::ElementsAre;

std::vector<std::string> names(const std::vector<CodecName>& codecs) {
  std::vector<std::string> result;
  for (const CodecName& codec : codecs) result.push_back(write(codec));
  return result;
}

std::vector<std::string> numbered(const std::vector<OfferedCodec>& codecs) {
  std::vector<std::string> result;
  for (const OfferedCodec& codec : codecs)
    result.push_back(std::to_string(*codec.payload_type) + ' ' + codec.name.encoding);
  return result;
}

TEST(CodecPreferences, HaveTheDocumentedDefaults) {
  const auto defaults = defaultCodecPreferences();

  EXPECT_THAT(names(defaults.audio),
              ElementsAre("opus/48000/2", "PCMU/8000", "PCMA/8000", "AMR/8000"));
  EXPECT_THAT(names(defaults.video),
              ElementsAre("H265/90000", "AV1/90000", "VP9/90000", "VP8/90000", "H264/90000"));
}

TEST(CodecPreferences, OfWebRtcHaveNoAmrAndH265OnlyWhenAskedFor) {
  const auto without = webRtcCodecs(defaultCodecPreferences(), H265::Disabled);
  EXPECT_THAT(names(without.audio), ElementsAre("opus/48000/2", "PCMU/8000", "PCMA/8000"));
  EXPECT_THAT(names(without.video),
              ElementsAre("AV1/90000", "VP9/90000", "VP8/90000", "H264/90000"));

  const auto with = webRtcCodecs(defaultCodecPreferences(), H265::Enabled);
  EXPECT_EQ(names(with.video).front(), "H265/90000");
}

TEST(CodecPreferences, KeepTheConfiguredOrderAndTellWhatTheyRefuse) {
  const std::vector<std::string> configured = {
      "VP8/90000", "h264/90000", "MP4V-ES/90000", "FOO/90000", "VP9", "VP9/x", "H263-1998/90000"};
  std::vector<std::string> refused;

  const auto codecs = parseCodecNames(configured, refused);

  EXPECT_THAT(names(codecs), ElementsAre("VP8/90000", "h264/90000", "MP4V-ES/90000", "FOO/90000",
                                         "H263-1998/90000"));
  EXPECT_THAT(refused, ElementsAre("VP9", "VP9/x"));
}

TEST(CodecPreferences, KnowTheStaticPayloadTypes) {
  EXPECT_EQ(staticPayloadType({"G722", 8000, 1}), rtp::PayloadType(9));
  EXPECT_EQ(staticPayloadType({"l16", 44100, 2}), rtp::PayloadType(10));
  EXPECT_EQ(staticPayloadType({"L16", 44100, 1}), rtp::PayloadType(11));
  EXPECT_FALSE(staticPayloadType({"opus", 48000, 2}));
  EXPECT_EQ(write(*staticCodec(rtp::PayloadType(33))), "MP2T/90000");
  EXPECT_FALSE(staticCodec(rtp::PayloadType(77)));
}

TEST(CodecPreferences, LeaveWebRtcOnlyWhatItKnows) {
  const CodecPreferences codecs{.audio = {{"G722", 8000, 1}, {"opus", 48000, 2}},
                                .video = {{"FOO", 90000, 1}, {"VP8", 90000, 1}}};
  const auto left = webRtcCodecs(codecs, H265::Enabled);

  EXPECT_THAT(names(left.audio), ElementsAre("opus/48000/2"));
  EXPECT_THAT(names(left.video), ElementsAre("VP8/90000"));
}

TEST(CodecPreferences, EndAtTheirLimit) {
  const std::vector<std::string> configured(kMaxConfiguredCodecs + 2, "VP8/90000");
  std::vector<std::string> refused;

  EXPECT_EQ(parseCodecNames(configured, refused).size(), kMaxConfiguredCodecs);
  EXPECT_EQ(refused.size(), 2u);
}

TEST(CodecName, IsComparedWithoutCaseButWithClockAndChannels) {
  EXPECT_EQ(*CodecName::parse("OPUS/48000/2"), *CodecName::parse("opus/48000/2"));
  EXPECT_NE(*CodecName::parse("opus/48000/2"), *CodecName::parse("opus/48000"));
  EXPECT_NE(*CodecName::parse("opus/48000/2"), *CodecName::parse("opus/16000/2"));
  EXPECT_EQ(*CodecName::parse("PCMU/8000/1"), *CodecName::parse("PCMU/8000"));
}

TEST(CodecName, KnowsItsCodec) {
  EXPECT_EQ(CodecName::parse("OPUS/48000/2")->codec(), rtp::Codec::Opus);
  EXPECT_EQ(CodecName::parse("av1/90000")->codec(), rtp::Codec::Av1);
  EXPECT_EQ(CodecName::parse("MP4V-ES/90000")->codec(), rtp::Codec::Other);
  EXPECT_EQ(CodecName::parse("rtx/90000")->codec(), rtp::Codec::Other);
}

TEST(NumberCodecs, GivesTheNumbersThatApplicationsKnowOfWebRtc) {
  const auto codecs = numberCodecs(webRtcCodecs(defaultCodecPreferences(), H265::Disabled), 1);

  EXPECT_THAT(numbered(codecs.audio), ElementsAre("96 opus", "0 PCMU", "8 PCMA"));
  EXPECT_THAT(numbered(codecs.video), ElementsAre("102 AV1", "103 VP9", "104 VP8", "105 H264"));
}

TEST(NumberCodecs, GivesTheNumbersThatApplicationsKnowOfRtp) {
  const auto codecs = numberCodecs(defaultCodecPreferences(), 1);

  EXPECT_THAT(numbered(codecs.audio), ElementsAre("96 opus", "0 PCMU", "8 PCMA", "97 AMR"));
  EXPECT_THAT(numbered(codecs.video),
              ElementsAre("105 H265", "106 AV1", "107 VP9", "108 VP8", "109 H264"));
}

TEST(NumberCodecs, StartsVideoLowerWithoutAnAudioSection) {
  const auto codecs = numberCodecs(webRtcCodecs(defaultCodecPreferences(), H265::Disabled), 0);

  EXPECT_TRUE(codecs.audio.empty());
  EXPECT_EQ(numbered(codecs.video).front(), "97 AV1");
}

TEST(NumberCodecs, GoesOnBelowRtcpWhenTheDynamicOnesAreUsedUp) {
  CodecPreferences many;
  many.audio.assign(1, CodecName{"opus", 48000, 2});
  many.video.assign(20, CodecName{"VP8", 90000, 1});

  const auto video = numberCodecs(many, 1).video;

  ASSERT_EQ(video.size(), 20u);
  EXPECT_EQ(video[9].payload_type, rtp::PayloadType(127));
  EXPECT_EQ(video[10].payload_type, rtp::PayloadType(35));
}

TEST(NumberCodecs, LeavesOutWhatHasNoNumberLeft) {
  CodecPreferences many;
  many.audio.assign(32, CodecName{"opus", 48000, 2});
  many.video.assign(32, CodecName{"VP8", 90000, 1});

  const auto codecs = numberCodecs(many, 1);

  EXPECT_EQ(codecs.audio.size(), 32u);
  EXPECT_TRUE(codecs.video.empty());
}

}  // namespace
}  // namespace ms::sdp
