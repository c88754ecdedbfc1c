#include "server/frame/codec_table.h"

#include <gst/app/gstappsink.h>
#include <gtest/gtest.h>

#include "server/frame/encoder_bitrates.h"
#include "server/frame/gstreamer.h"
#include "server/packet/rtp/key_frame.h"
#include "server/packet/rtp/rtp_view.h"

namespace ms::frame {
namespace {

using peer::CodecFormat;
using rtp::Codec;

class CodecTable : public testing::Test {
 protected:
  CodecTable() { startGStreamer(); }

  static std::optional<CodecFormat> format(const char* text) {
    const GstPtr<GstCaps> caps(gst_caps_from_string(text));
    return formatOf(caps.get());
  }
  static std::optional<CodecFormat> encodable(std::vector<CodecFormat> accepted) {
    return encodableFormat(accepted);
  }
};

const CodecFormat kVp8{.codec = Codec::Vp8};
const CodecFormat kVp9{.codec = Codec::Vp9};
const CodecFormat kAv1{.codec = Codec::Av1};
const CodecFormat kH264{.codec = Codec::H264, .h264_packetization_mode = 1};
const CodecFormat kH265{.codec = Codec::H265};
const CodecFormat kOpus{.codec = Codec::Opus, .clock_rate = 48000, .channels = 2};
const CodecFormat kPcmu{.codec = Codec::Pcmu, .clock_rate = 8000};
const CodecFormat kPcma{.codec = Codec::Pcma, .clock_rate = 8000};
const CodecFormat kG722{.codec = Codec::G722, .clock_rate = 8000};
const CodecFormat kAmr{.codec = Codec::Amr, .clock_rate = 8000, .profile_id = 1};
const CodecFormat kAmrWb{.codec = Codec::AmrWb, .clock_rate = 16000, .profile_id = 1};

TEST_F(CodecTable, KnowsTheFormatOfCaps) {
  EXPECT_EQ(format("video/x-vp8"), kVp8);
  EXPECT_EQ(format("video/x-vp9"), kVp9);
  EXPECT_EQ(format("video/x-vp9,profile=(string)2")->profile_id, 2);
  EXPECT_EQ(format("video/x-av1"), kAv1);
  EXPECT_EQ(format("video/x-av1,profile=(string)high")->profile_id, 1);
  EXPECT_EQ(format("video/x-h264,profile=(string)constrained-baseline"), kH264);
  EXPECT_EQ(format("video/x-h264,profile=(string)high")->h264_profile, peer::H264Profile::High);
  EXPECT_EQ(format("video/x-h264")->h264_profile, peer::H264Profile::Other);
  EXPECT_EQ(format("audio/x-opus,channels=(int)1"), kOpus);
  EXPECT_EQ(format("audio/x-mulaw,rate=(int)8000,channels=(int)1"), kPcmu);
  EXPECT_EQ(format("audio/x-alaw,rate=(int)8000,channels=(int)1"), kPcma);
}

TEST_F(CodecTable, LeavesToADecoderWhatPacketsCannotCarry) {
  EXPECT_EQ(format("video/x-raw"), std::nullopt);
  EXPECT_EQ(format("audio/mpeg,mpegversion=(int)4"), std::nullopt);
  EXPECT_EQ(format("audio/x-mulaw,rate=(int)16000,channels=(int)1"), std::nullopt);
  EXPECT_EQ(format("audio/x-opus,channel-mapping-family=(int)1,channels=(int)6"), std::nullopt);
  EXPECT_EQ(format("ANY"), std::nullopt);
  EXPECT_EQ(format("EMPTY"), std::nullopt);
}

TEST_F(CodecTable, EncodesTheFirstThatItCan) {
  EXPECT_EQ(encodable({kAv1, kVp9, kVp8}), kVp9);
  EXPECT_EQ(encodable({kPcma, kOpus}), kPcma);
  EXPECT_EQ(encodable({kAv1}), std::nullopt);
  EXPECT_EQ(encodable({}), std::nullopt);
  const CodecFormat high{
      .codec = Codec::H264, .h264_profile = peer::H264Profile::High, .h264_packetization_mode = 1};
  EXPECT_EQ(encodable({high}), kH264) << "who decodes High decodes what we make";
}

TEST_F(CodecTable, KnowsWithoutGStreamerWhatCouldBeEncoded) {
  const peer::CodecFormat h264{.codec = Codec::H264, .h264_packetization_mode = 1};
  peer::CodecFormat single_units = h264;
  single_units.h264_packetization_mode = 0;
  EXPECT_TRUE(isEncodable({single_units, h264}));
  EXPECT_FALSE(isEncodable({single_units}));
  EXPECT_FALSE(isEncodable({{.codec = Codec::Av1}}));
}

TEST_F(CodecTable, TakesAmrInOctetsOnly) {
  EXPECT_TRUE(isDecodable(kAmr));
  EXPECT_FALSE(isDecodable({.codec = Codec::Amr, .clock_rate = 8000}));
}

TEST_F(CodecTable, DecodesAllThatItSaysCanBeDecoded) {
  for (const rtp::MediaKind kind : {rtp::MediaKind::Audio, rtp::MediaKind::Video})
    for (const CodecFormat& format : decodableFormats(kind)) {
      const std::string text = "appsrc caps=\"" + rtpCapsOf(format) + "\" ! " +
                               depayloaderOf(format) + " ! " + decoderOf(format) + " ! fakesink";
      GError* error = nullptr;
      const GstPtr<GstElement> made(gst_parse_launch(text.c_str(), &error));
      EXPECT_TRUE(made && !error) << text;
      g_clear_error(&error);
    }
}

TEST_F(CodecTable, LeavesTheBitrateToTheEncoderWhereNoneIsGiven) {
  startGStreamer();
  const CodecFormat opus{.codec = Codec::Opus, .clock_rate = 48000, .channels = 2};
  EXPECT_EQ(encoderOf(opus, Bitrate(0)).find("bitrate"), std::string::npos);
  EXPECT_NE(encoderOf(opus, Bitrate(64'000)).find("bitrate=64000"), std::string::npos);
}

TEST_F(CodecTable, KeepsBitratesWithinLimits) {
  const EncoderBitrates limits{.initial = Bitrate(5), .min = Bitrate(100), .max = Bitrate(1000)};
  EXPECT_EQ(withinLimits(Bitrate(1), limits), Bitrate(100));
  EXPECT_EQ(withinLimits(Bitrate(500), limits), Bitrate(500));
  EXPECT_EQ(withinLimits(Bitrate(5000), limits), Bitrate(1000));
  EXPECT_EQ(withinLimits(Bitrate(5000), EncoderBitrates{}), Bitrate(5000));
}

struct Way {
  const char* name;
  CodecFormat format;
};
class CodecTableWay : public testing::TestWithParam<Way> {};

// Packets of test media, through everything that the table says of the codec.
TEST_P(CodecTableWay, EncodesPayloadsAndDecodes) {
  startGStreamer();
  const CodecFormat format = GetParam().format;
  const bool is_audio = format.clock_rate != 90000;
  const std::string media = is_audio ? "audiotestsrc num-buffers=20 samplesperbuffer=960"
                                     : "videotestsrc num-buffers=10 ! "
                                       "video/x-raw,width=320,height=240,framerate=15/1";
  const std::string text = media + " ! " +
                           encoderOf(format, is_audio ? Bitrate(64'000) : Bitrate(500'000)) +
                           " ! tee name=t t. ! queue ! " + payloaderOf(format) +
                           " ! appsink name=packets sync=false t. ! queue ! " + decoderOf(format) +
                           " ! appsink name=frames sync=false";
  const GstPtr<GstElement> pipeline(gst_parse_launch(text.c_str(), nullptr));
  ASSERT_TRUE(pipeline) << text;
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);

  const GstPtr<GstElement> packets(gst_bin_get_by_name(GST_BIN(pipeline.get()), "packets"));
  int count = 0;
  while (const GstPtr<GstSample> sample{gst_app_sink_pull_sample(GST_APP_SINK(packets.get()))}) {
    GstMapInfo map;
    GstBuffer* const buffer = gst_sample_get_buffer(sample.get());
    ASSERT_TRUE(gst_buffer_map(buffer, &map, GST_MAP_READ));
    const auto view = rtp::RtpView::parse(Bytes(map.data, map.size));
    ASSERT_TRUE(view);
    EXPECT_LE(map.size, std::size_t{kMtu});
    if (count++ == 0 && !is_audio) {
      EXPECT_TRUE(rtp::isKeyFrameStart(format.codec, view->payload()));
    }
    gst_buffer_unmap(buffer, &map);
  }
  EXPECT_GE(count, 9);
  const GstPtr<GstElement> frames(gst_bin_get_by_name(GST_BIN(pipeline.get()), "frames"));
  int decoded = 0;
  while (const GstPtr<GstSample> sample{gst_app_sink_pull_sample(GST_APP_SINK(frames.get()))})
    ++decoded;
  EXPECT_GE(decoded, 9);
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}

INSTANTIATE_TEST_SUITE_P(Codecs, CodecTableWay,
                         testing::Values(Way{"Vp8", kVp8}, Way{"Vp9", kVp9}, Way{"H264", kH264},
                                         Way{"H265", kH265}, Way{"Opus", kOpus}, Way{"Pcmu", kPcmu},
                                         Way{"Pcma", kPcma}, Way{"G722", kG722}, Way{"Amr", kAmr},
                                         Way{"AmrWb", kAmrWb}),
                         [](const auto& way) { return way.param.name; });

}  // namespace
}  // namespace ms::frame
