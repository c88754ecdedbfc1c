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

bool encodes(Container container, const CodecFormat& format) {
  return trackChain(format, *writtenCodec(container, format)).find("enc") != std::string::npos;
}

TEST(RecordingFormat, KeepsTheCodecThatTheContainerTakes) {
  startGStreamer();
  EXPECT_FALSE(encodes(Container::WebM, kVp8));
  EXPECT_FALSE(encodes(Container::WebM, kOpus));
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
  EXPECT_TRUE(encodes(Container::Mp4, kOpus));
  EXPECT_TRUE(encodes(Container::Flv, kPcmu));
  EXPECT_TRUE(encodes(Container::Jpeg, kVp8));
}

TEST(RecordingFormat, HasNothingForWhatCannotBeTakenApart) {
  startGStreamer();
  EXPECT_FALSE(writtenCodec(Container::Matroska, kAv1));
  EXPECT_EQ(trackChain(kAv1, WrittenCodec::Vp8), "");
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
        std::pair(kOpus, rtp::MediaKind::Audio), std::pair(kPcmu, rtp::MediaKind::Audio)})
    for (const Container container :
         {Container::WebM, Container::Matroska, Container::Mp4, Container::Flv})
      for (const Target target : {Target::File, Target::Stream})
        expectThere(muxer(container, target) + " ! fakesink appsrc ! " +
                    trackChain(format, *writtenCodec(container, format)) + " ! queue ! " +
                    muxerPad(container, kind));
}

}  // namespace
}  // namespace ms::frame
