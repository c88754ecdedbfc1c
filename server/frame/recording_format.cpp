#include "server/frame/recording_format.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "server/frame/codec_table.h"
#include "server/packet/rtp/key_frame.h"

namespace ms::frame {
namespace {

using peer::CodecFormat;
using rtp::Codec;

// How a codec out of its packets becomes whole frames as containers take them. Parameter sets of
// H264 and H265 stay in the stream, too: the sender may change them, the container has those of the
// begin.
struct Frames {
  Codec codec;
  std::optional<WrittenCodec> written;  // None: no container takes it.
  const char* parser;                   // Behind the depayloader.
};

constexpr std::array kFrames{
    Frames{Codec::Vp8, WrittenCodec::Vp8, ""},
    Frames{Codec::Vp9, WrittenCodec::Vp9, " ! vp9parse"},
    Frames{Codec::H264, WrittenCodec::H264,
           " ! h264parse config-interval=-1 ! video/x-h264,stream-format=avc,alignment=au"},
    Frames{Codec::H265, WrittenCodec::H265,
           " ! h265parse config-interval=-1 ! video/x-h265,stream-format=hvc1,alignment=au"},
    Frames{Codec::Av1, WrittenCodec::Av1, " ! av1parse"},
    Frames{Codec::Opus, WrittenCodec::Opus, " ! opusparse"},
    Frames{Codec::Pcmu, WrittenCodec::Pcmu, ""},
    Frames{Codec::Pcma, WrittenCodec::Pcma, ""},
    Frames{Codec::G722, std::nullopt, ""},
    Frames{Codec::Amr, std::nullopt, ""},
    Frames{Codec::AmrWb, std::nullopt, ""},
    Frames{Codec::Speex, std::nullopt, ""},
};

const Frames* framesOf(const CodecFormat& format) {
  const auto found = std::ranges::find(kFrames, format.codec, &Frames::codec);
  return found == kFrames.end() ? nullptr : &*found;
}

bool isAudio(Codec codec) { return !rtp::hasKeyFrames(codec); }

bool takes(Container container, WrittenCodec codec) {
  using enum WrittenCodec;
  switch (container) {
    case Container::WebM:
      return codec == Vp8 || codec == Vp9 || codec == Av1 || codec == Opus;
    case Container::Matroska:
      return true;
    case Container::Mp4:  // What mp4mux says of AV1 is not what players look for (decision 0024).
      return codec == H264 || codec == H265;
    case Container::Flv:
      return codec == H264;
    case Container::Jpeg:
      return false;
  }
  return false;
}

// The one that sounds better comes with libav, which not everybody has.
std::string aacEncoder() {
  GstElementFactory* const factory = gst_element_factory_find("avenc_aac");
  if (!factory) return "voaacenc bitrate=128000";
  gst_object_unref(factory);
  return "avenc_aac";
}

// Its form is always the same: another format may follow on the track.
std::string encoderTo(WrittenCodec codec, Bitrate bitrate) {
  switch (codec) {
    case WrittenCodec::Vp8:
      return encoderOf({.codec = Codec::Vp8}, bitrate);
    case WrittenCodec::Vp9:
      return encoderOf({.codec = Codec::Vp9}, bitrate);
    case WrittenCodec::H264:
      return encoderOf({.codec = Codec::H264}, bitrate) +
             " ! h264parse config-interval=-1 ! video/x-h264,stream-format=avc,alignment=au";
    case WrittenCodec::H265:
      return encoderOf({.codec = Codec::H265}, bitrate) +
             " ! h265parse config-interval=-1 ! video/x-h265,stream-format=hvc1,alignment=au";
    case WrittenCodec::Av1:
      return {};
    case WrittenCodec::Opus:
      return encoderOf({.codec = Codec::Opus, .clock_rate = 48000, .channels = 2}, Bitrate(0));
    case WrittenCodec::Pcmu:
      return encoderOf({.codec = Codec::Pcmu, .clock_rate = 8000}, bitrate);
    case WrittenCodec::Pcma:
      return encoderOf({.codec = Codec::Pcma, .clock_rate = 8000}, bitrate);
    case WrittenCodec::Aac:
      return "audioconvert ! audioresample ! audio/x-raw,rate=44100,channels=2 ! " + aacEncoder() +
             " ! aacparse";
    case WrittenCodec::Jpeg:
      return "videoconvert ! jpegenc";
  }
  return {};
}

}  // namespace

std::optional<WrittenCodec> writtenCodec(Container container, const CodecFormat& format) {
  const Frames* const frames = framesOf(format);
  if (!frames) return std::nullopt;
  if (frames->written && takes(container, *frames->written)) return frames->written;
  if (container == Container::Jpeg) return WrittenCodec::Jpeg;
  if (container == Container::WebM)
    return isAudio(format.codec) ? WrittenCodec::Opus : WrittenCodec::Vp8;
  return isAudio(format.codec) ? WrittenCodec::Aac : WrittenCodec::H264;
}

std::vector<CodecFormat> recordableFormats(Container container, rtp::MediaKind kind) {
  std::vector<CodecFormat> formats = decodableFormats(kind);
  const Codec first = container == Container::WebM ? Codec::Vp8 : Codec::H264;
  std::ranges::stable_partition(formats,
                                [=](const CodecFormat& format) { return format.codec == first; });
  return formats;
}

Bitrate recordingBitrate(Bitrate source, const EncoderBitrates& limits) {
  return withinLimits(std::max(Bitrate(*source / 4 * 5), kLeastVideoBitrate), limits);
}

void setTrackBitrate(GstElement* encoder, WrittenCodec codec, Bitrate bitrate) {
  if (codec == WrittenCodec::Vp8) setBitrate(encoder, Codec::Vp8, bitrate);
  if (codec == WrittenCodec::Vp9) setBitrate(encoder, Codec::Vp9, bitrate);
  if (codec == WrittenCodec::H264) setBitrate(encoder, Codec::H264, bitrate);
  if (codec == WrittenCodec::H265) setBitrate(encoder, Codec::H265, bitrate);
}

std::string trackChain(const CodecFormat& format, WrittenCodec codec, Bitrate bitrate) {
  const Frames* const frames = framesOf(format);
  if (!frames) return {};
  const std::string depayloader = depayloaderOf(format);
  if (depayloader.empty()) return {};
  if (frames->written == codec) return depayloader + frames->parser;
  const std::string decoder = decoderOf(format), encoder = encoderTo(codec, bitrate);
  if (decoder.empty() || encoder.empty()) return {};
  return depayloader + " ! " + decoder + " ! " + encoder;
}

std::string muxer(Container container, Target target) {
  const bool is_file = target == Target::File;
  switch (container) {
    case Container::WebM:
      return is_file ? "webmmux name=container" : "webmmux name=container streamable=true";
    case Container::Matroska:
      return is_file ? "matroskamux name=container" : "matroskamux name=container streamable=true";
    case Container::Mp4:
      return is_file ? "mp4mux name=container fragment-duration=250"
                     : "mp4mux name=container fragment-duration=250 streamable=true";
    case Container::Flv:
      return is_file ? "flvmux name=container" : "flvmux name=container streamable=true";
    case Container::Jpeg:
      return "jifmux name=container";
  }
  return {};
}

std::string muxerPad(Container container, rtp::MediaKind kind) {
  const std::string name = kind == rtp::MediaKind::Audio ? "audio" : "video";
  if (container == Container::Jpeg) return "container.sink";
  return "container." + (container == Container::Flv ? name : name + "_0");
}

}  // namespace ms::frame
