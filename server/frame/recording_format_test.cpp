#include "server/frame/recording_format.h"

#include <gtest/gtest.h>

#include "server/frame/gstreamer.h"

namespace ms::frame {
namespace {

using peer::CodecFormat;
using rtp::Codec;

const CodecFormat kVp8{.codec = Codec::Vp8};
const CodecFormat kH264{.codec = Codec::H264, .h264_packetization_mode = 1};
const CodecFormat kOpus{.codec = Codec::Opus, .clock_rate = 48000, .channels = 2};
const CodecFormat kPcmu{.codec = Codec::Pcmu, .clock_rate = 8000};
const CodecFormat kAv1{.codec = Codec::Av1};
const CodecFormat kAmr{.codec = Codec::Amr, .clock_rate = 8000, .profile_id = 1};

bool encodes(Container container, const CodecFormat& format) {
  return trackChain(format, *writtenCodec(container, format), kFirstVideoBitrate).find("enc") !=
         std::string::npos;
}

TEST(RecordingFormat, KeepsTheCodecThatTheContainerTakes) {
  startGStreamer();
  EXPECT_FALSE(encodes(Container::WebM, kVp8));
  EXPECT_FALSE(encodes(Container::WebM, kOpus));
  EXPECT_FALSE(encodes(Container::WebM, kAv1));
  EXPECT_FALSE(encodes(Container::Matroska, kAv1));
  EXPECT_FALSE(encodes(Container::Matroska, kVp8));
  EXPECT_FALSE(encodes(Container::Matroska, kH264));
  EXPECT_FALSE(encodes(Container::Matroska, kPcmu));
  EXPECT_FALSE(encodes(Container::Mp4, kH264));
  EXPECT_FALSE(encodes(Container::Flv, kH264));
}

TEST(RecordingFormat, EncodesTheOthers) {
  startGStreamer();
  EXPECT_TRUE(encodes(Container::WebM, kH264));
  EXPECT_TRUE(encodes(Container::WebM, kPcmu));
  EXPECT_TRUE(encodes(Container::Mp4, kVp8));
  EXPECT_TRUE(encodes(Container::Mp4, kAv1));
  EXPECT_TRUE(encodes(Container::Mp4, kOpus));
  EXPECT_TRUE(encodes(Container::Matroska, kAmr));
  EXPECT_TRUE(encodes(Container::Flv, kPcmu));
  EXPECT_TRUE(encodes(Container::Jpeg, kVp8));
}

TEST(RecordingFormat, HasNothingForWhatCannotBeTakenApart) {
  startGStreamer();
  EXPECT_FALSE(writtenCodec(Container::Matroska, {.codec = Codec::Other, .encoding = 7}));
  const CodecFormat bandwidth_efficient{.codec = Codec::Amr, .clock_rate = 8000};
  EXPECT_EQ(trackChain(bandwidth_efficient, WrittenCodec::Aac, kFirstVideoBitrate), "");
  EXPECT_EQ(trackChain(kVp8, WrittenCodec::Av1, kFirstVideoBitrate), "")
      << "nothing is encoded into AV1";
}

TEST(RecordingFormat, GivesVideoABitrateThatFollowsTheSourceWithinTheLimits) {
  EXPECT_EQ(recordingBitrate(Bitrate(4'000'000), {}), Bitrate(5'000'000));
  EXPECT_EQ(recordingBitrate(Bitrate(10'000), {}), kLeastVideoBitrate);
  const EncoderBitrates limits{.min = Bitrate(800'000), .max = Bitrate(1'000'000)};
  EXPECT_EQ(recordingBitrate(Bitrate(4'000'000), limits), Bitrate(1'000'000));
  EXPECT_EQ(recordingBitrate(Bitrate(10'000), limits), Bitrate(800'000));
}

void expectThere(const std::string& description) {
  GError* error = nullptr;
  const GstPtr<GstElement> made(gst_parse_launch(description.c_str(), &error));
  EXPECT_TRUE(made && !error) << description;
  g_clear_error(&error);
}

TEST(RecordingFormat, EveryChainIsThere) {
  startGStreamer();
  for (const auto& [format, kind] :
       {std::pair(kVp8, rtp::MediaKind::Video), std::pair(kH264, rtp::MediaKind::Video),
        std::pair(kAv1, rtp::MediaKind::Video), std::pair(kAmr, rtp::MediaKind::Audio),
        std::pair(kOpus, rtp::MediaKind::Audio), std::pair(kPcmu, rtp::MediaKind::Audio)})
    for (const Container container :
         {Container::WebM, Container::Matroska, Container::Mp4, Container::Flv})
      for (const Target target : {Target::File, Target::Stream})
        expectThere(muxer(container, target) + " ! fakesink appsrc ! " +
                    trackChain(format, *writtenCodec(container, format), kFirstVideoBitrate) +
                    " ! queue ! " + muxerPad(container, kind));
}

}  // namespace
}  // namespace ms::frame
