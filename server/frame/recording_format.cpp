#include "server/frame/recording_format.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "server/frame/codec_table.h"

namespace ms::frame {
namespace {

using peer::CodecFormat;
using rtp::Codec;

// How a codec out of its packets becomes whole frames as containers take them. Parameter sets of
// H264 and H265 stay in the stream, too: the sender may change them, the container has those of the
// begin.
struct Frames {
  Codec codec;
  WrittenCodec written;
  const char* parser;  // Behind the depayloader.
};

constexpr std::array kFrames{
    Frames{Codec::Vp8, WrittenCodec::Vp8, ""},
    Frames{Codec::Vp9, WrittenCodec::Vp9, " ! vp9parse"},
    Frames{Codec::H264, WrittenCodec::H264,
           " ! h264parse config-interval=-1 ! video/x-h264,stream-format=avc,alignment=au"},
    Frames{Codec::H265, WrittenCodec::H265,
           " ! h265parse config-interval=-1 ! video/x-h265,stream-format=hvc1,alignment=au"},
    Frames{Codec::Opus, WrittenCodec::Opus, " ! opusparse"},
    Frames{Codec::Pcmu, WrittenCodec::Pcmu, ""},
    Frames{Codec::Pcma, WrittenCodec::Pcma, ""},
};

const Frames* framesOf(const CodecFormat& format) {
  const auto found = std::ranges::find(kFrames, format.codec, &Frames::codec);
  return found == kFrames.end() ? nullptr : &*found;
}

bool isAudio(Codec codec) {
  return codec == Codec::Opus || codec == Codec::Pcmu || codec == Codec::Pcma;
}

bool takes(Container container, WrittenCodec codec) {
  using enum WrittenCodec;
  switch (container) {
    case Container::WebM:
      return codec == Vp8 || codec == Vp9 || codec == Opus;
    case Container::Matroska:
      return true;
    case Container::Mp4:
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
std::string encoderTo(WrittenCodec codec) {
  constexpr Bitrate kBitrate(2'000'000);
  switch (codec) {
    case WrittenCodec::Vp8:
      return encoderOf({.codec = Codec::Vp8}, kBitrate);
    case WrittenCodec::Vp9:
      return encoderOf({.codec = Codec::Vp9}, kBitrate);
    case WrittenCodec::H264:
      return encoderOf({.codec = Codec::H264}, kBitrate) +
             " ! h264parse config-interval=-1 ! video/x-h264,stream-format=avc,alignment=au";
    case WrittenCodec::H265:
      return encoderOf({.codec = Codec::H265}, kBitrate) +
             " ! h265parse config-interval=-1 ! video/x-h265,stream-format=hvc1,alignment=au";
    case WrittenCodec::Opus:
      return encoderOf({.codec = Codec::Opus, .clock_rate = 48000, .channels = 2}, kBitrate);
    case WrittenCodec::Pcmu:
      return encoderOf({.codec = Codec::Pcmu, .clock_rate = 8000}, kBitrate);
    case WrittenCodec::Pcma:
      return encoderOf({.codec = Codec::Pcma, .clock_rate = 8000}, kBitrate);
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
  if (takes(container, frames->written)) return frames->written;
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

std::string trackChain(const CodecFormat& format, WrittenCodec codec) {
  const Frames* const frames = framesOf(format);
  const std::string depayloader = frames ? depayloaderOf(format) : "";
  if (depayloader.empty()) return {};
  if (frames->written == codec) return depayloader + frames->parser;
  const std::string decoder = decoderOf(format), encoder = encoderTo(codec);
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
