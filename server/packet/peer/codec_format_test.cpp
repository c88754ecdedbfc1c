#include "server/packet/peer/codec_format.h"

#include <gtest/gtest.h>

#include "server/packet/sdp/negotiated.h"

namespace ms::peer {
namespace {

CodecFormat h264(const std::string& fmtp) {
  sdp::NegotiatedCodec codec;
  codec.codec = rtp::Codec::H264;
  codec.clock_rate = 90000;
  codec.fmtp = fmtp;
  return formatOf(codec);
}

TEST(FmtpParameter, IsFoundByNameInAnyCaseAndWithSpaces) {
  EXPECT_EQ(fmtpParameter("a=1;b=2", "b"), "2");
  EXPECT_EQ(fmtpParameter("a=1; B = x ;c", "b"), "x");
  EXPECT_EQ(fmtpParameter("ab=1", "b"), "");
  EXPECT_EQ(fmtpParameter(";;=;", "b"), "");
  EXPECT_EQ(fmtpParameter("", "b"), "");
}

TEST(CodecFormat, KnowsTheProfilesOfH264) {
  EXPECT_EQ(h264("profile-level-id=42e01f").h264_profile, H264Profile::ConstrainedBaseline);
  EXPECT_EQ(h264("profile-level-id=42001f").h264_profile, H264Profile::Baseline);
  EXPECT_EQ(h264("profile-level-id=4d001f").h264_profile, H264Profile::Main);
  EXPECT_EQ(h264("profile-level-id=4d801f").h264_profile, H264Profile::ConstrainedBaseline);
  EXPECT_EQ(h264("profile-level-id=64001f").h264_profile, H264Profile::High);
  EXPECT_EQ(h264("profile-level-id=xyz").h264_profile, H264Profile::Other);
  EXPECT_EQ(h264("").h264_profile, H264Profile::Baseline);
}

TEST(CodecFormat, CarriesConstrainedBaselineToEveryH264DecoderButNotTheOtherWay) {
  const auto baseline = h264("packetization-mode=1;profile-level-id=42e01f");
  const auto high = h264("packetization-mode=1;profile-level-id=64001f");
  EXPECT_TRUE(canCarry(baseline, baseline));
  EXPECT_TRUE(canCarry(baseline, high));
  EXPECT_FALSE(canCarry(high, baseline));
}

TEST(CodecFormat, CarriesASinglePacketModeToWhoTakesBoth) {
  const auto mode0 = h264("profile-level-id=42e01f");
  const auto mode1 = h264("packetization-mode=1;profile-level-id=42e01f");
  EXPECT_TRUE(canCarry(mode0, mode1));
  EXPECT_FALSE(canCarry(mode1, mode0));
}

TEST(CodecFormat, DoesNotCarryAnotherCodecClockChannelsOrProfile) {
  const CodecFormat vp9{.codec = rtp::Codec::Vp9};
  EXPECT_FALSE(canCarry(vp9, {.codec = rtp::Codec::Vp8}));
  EXPECT_FALSE(canCarry(vp9, {.codec = rtp::Codec::Vp9, .clock_rate = 8000}));
  EXPECT_FALSE(canCarry(vp9, {.codec = rtp::Codec::Vp9, .channels = 2}));
  EXPECT_FALSE(canCarry(vp9, {.codec = rtp::Codec::Vp9, .profile_id = 2}));
  EXPECT_FALSE(canCarry({.codec = rtp::Codec::Other}, {.codec = rtp::Codec::Other}));
}

TEST(CodecFormat, CarriesACodecItKnowsOnlyByNameWhenNameAndParametersAreTheSame) {
  const auto named = [](const char* name, const char* fmtp) {
    sdp::NegotiatedCodec codec;
    codec.clock_rate = 8000;
    codec.name = name;
    codec.fmtp = fmtp;
    return formatOf(codec);
  };
  EXPECT_TRUE(canCarry(named("G722", ""), named("g722", "")));
  EXPECT_FALSE(canCarry(named("G722", ""), named("GSM", "")));
  EXPECT_FALSE(canCarry(named("iLBC", "mode=20"), named("iLBC", "mode=30")));
  EXPECT_FALSE(canCarry(named("", ""), named("", "")));
}

}  // namespace
}  // namespace ms::peer
