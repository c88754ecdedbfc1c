#include "server/frame/codec_table.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "server/frame/av1_rtp_elements.h"

namespace ms::frame {
namespace {

using peer::CodecFormat;
using rtp::Codec;

constexpr std::uint8_t kOctetAligned = 1;  // CodecFormat::profile_id of AMR.

struct Encoder {
  Codec codec;
  const char* element;
  const char* description;
  const char* bitrate_property;  // Null: one bitrate only.
  int bits_per_unit;             // Of that property.
};

// In the order of preference. A key frame comes when somebody asks for one; on their own they come
// so rarely that they cost nothing.
constexpr std::array kEncoders{
    Encoder{Codec::Vp8, "vp8enc",
            "videoconvert ! vp8enc name=encoder deadline=1 cpu-used=16 end-usage=cbr threads=1 "
            "lag-in-frames=0 keyframe-max-dist=1800",
            "target-bitrate", 1},
    Encoder{Codec::Vp9, "vp9enc",
            "videoconvert ! vp9enc name=encoder deadline=1 cpu-used=8 end-usage=cbr threads=1 "
            "lag-in-frames=0 keyframe-max-dist=1800",
            "target-bitrate", 1},
    Encoder{Codec::H264, "openh264enc",
            "videoconvert ! openh264enc name=encoder usage-type=camera complexity=low "
            "rate-control=bitrate multi-thread=1 gop-size=1800 "
            "! video/x-h264,profile=constrained-baseline",
            "bitrate", 1},
    Encoder{Codec::H264, "x264enc",
            "videoconvert ! x264enc name=encoder tune=zerolatency speed-preset=veryfast "
            "threads=1 key-int-max=1800 ! video/x-h264,profile=constrained-baseline",
            "bitrate", 1000},
    Encoder{Codec::H265, "x265enc",
            "videoconvert ! x265enc name=encoder tune=zerolatency speed-preset=ultrafast "
            "key-int-max=1800",
            "bitrate", 1000},
    Encoder{Codec::Opus, "opusenc",
            "audioconvert ! audioresample ! audio/x-raw,rate=48000,channels=2 "
            "! opusenc name=encoder inband-fec=true",
            "bitrate", 1},
    Encoder{Codec::Pcmu, "mulawenc",
            "audioconvert ! audioresample ! audio/x-raw,rate=8000,channels=1 "
            "! mulawenc name=encoder",
            nullptr, 1},
    Encoder{Codec::Pcma, "alawenc",
            "audioconvert ! audioresample ! audio/x-raw,rate=8000,channels=1 "
            "! alawenc name=encoder",
            nullptr, 1},
    Encoder{Codec::G722, "avenc_g722",
            "audioconvert ! audioresample ! audio/x-raw,rate=16000,channels=1 "
            "! avenc_g722 name=encoder",
            nullptr, 1},
    Encoder{Codec::Amr, "amrnbenc",
            "audioconvert ! audioresample ! audio/x-raw,rate=8000,channels=1 "
            "! amrnbenc name=encoder band-mode=7",
            nullptr, 1},
    Encoder{Codec::AmrWb, "voamrwbenc",
            "audioconvert ! audioresample ! audio/x-raw,rate=16000,channels=1 "
            "! voamrwbenc name=encoder band-mode=8",
            nullptr, 1},
};

struct Decoder {
  Codec codec;
  const char* element;
  const char* description;
};

// In the order of preference.
constexpr std::array kDecoders{
    Decoder{Codec::Vp8, "vp8dec", "vp8dec"},
    Decoder{Codec::Vp9, "vp9dec", "vp9parse ! vp9dec"},
    Decoder{Codec::H264, "avdec_h264", "h264parse ! avdec_h264"},
    Decoder{Codec::H264, "openh264dec", "h264parse ! openh264dec"},
    Decoder{Codec::H265, "avdec_h265", "h265parse ! avdec_h265"},
    Decoder{Codec::H265, "libde265dec", "h265parse ! libde265dec"},
    Decoder{Codec::Av1, "av1dec", "av1parse ! av1dec"},
    Decoder{Codec::Opus, "opusdec", "opusdec"},
    Decoder{Codec::Pcmu, "mulawdec", "mulawdec"},
    Decoder{Codec::Pcma, "alawdec", "alawdec"},
    Decoder{Codec::G722, "avdec_g722", "avdec_g722"},
    Decoder{Codec::Amr, "amrnbdec", "amrnbdec"},
    Decoder{Codec::AmrWb, "amrwbdec", "amrwbdec"},
    Decoder{Codec::Speex, "speexdec", "speexdec"},
};

// How packets name it (RFC 3551 and the RFC of each payload format), and who unpacks them.
struct Packets {
  Codec codec;
  const char* media;
  const char* encoding_name;
  const char* depayloader;
  const char* parameters = "";  // That the depayloader asks for.
};

constexpr std::array kPackets{
    Packets{Codec::Vp8, "video", "VP8", "rtpvp8depay"},
    Packets{Codec::Vp9, "video", "VP9", "rtpvp9depay"},
    Packets{Codec::H264, "video", "H264", "rtph264depay"},
    Packets{Codec::H265, "video", "H265", "rtph265depay"},
    Packets{Codec::Av1, "video", "AV1", kAv1Depayloader},
    Packets{Codec::Opus, "audio", "OPUS", "rtpopusdepay"},
    Packets{Codec::Pcmu, "audio", "PCMU", "rtppcmudepay"},
    Packets{Codec::Pcma, "audio", "PCMA", "rtppcmadepay"},
    Packets{Codec::G722, "audio", "G722", "rtpg722depay"},
    Packets{Codec::Amr, "audio", "AMR", "rtpamrdepay", ",octet-align=(string)1"},
    Packets{Codec::AmrWb, "audio", "AMR-WB", "rtpamrdepay", ",octet-align=(string)1"},
    Packets{Codec::Speex, "audio", "SPEEX", "rtpspeexdepay"},
};

// Of AMR, rtpamrdepay takes the octet-aligned mode only (RFC 4867 §4.4).
bool isBandwidthEfficient(const CodecFormat& format) {
  const bool is_amr = format.codec == Codec::Amr || format.codec == Codec::AmrWb;
  return is_amr && format.profile_id == 0;
}

const Packets* packetsOf(const CodecFormat& format) {
  const auto found = std::ranges::find(kPackets, format.codec, &Packets::codec);
  return found == kPackets.end() || isBandwidthEfficient(format) ? nullptr : &*found;
}

bool isInstalled(const char* element) {
  GstElementFactory* factory = gst_element_factory_find(element);
  if (factory) gst_object_unref(factory);
  return factory != nullptr;
}

const Encoder* encoderFor(Codec codec) {
  const auto found = std::ranges::find_if(kEncoders, [&](const Encoder& encoder) {
    return encoder.codec == codec && isInstalled(encoder.element);
  });
  return found == kEncoders.end() ? nullptr : &*found;
}

std::string_view textField(const GstStructure* structure, const char* field) {
  const gchar* text = gst_structure_get_string(structure, field);
  return text ? text : "";
}

int numberField(const GstStructure* structure, const char* field, int default_value) {
  gst_structure_get_int(structure, field, &default_value);
  return default_value;
}

CodecFormat h264Format(const GstStructure* structure) {
  const std::string_view profile = textField(structure, "profile");
  CodecFormat format{.codec = Codec::H264};
  format.h264_packetization_mode = 1;  // rtph264pay splits what is too long.
  using enum peer::H264Profile;
  if (profile == "constrained-baseline")
    format.h264_profile = ConstrainedBaseline;
  else if (profile == "baseline")
    format.h264_profile = Baseline;
  else if (profile == "main")
    format.h264_profile = Main;
  else if (profile == "high")
    format.h264_profile = High;
  else
    format.h264_profile = Other;
  return format;
}

CodecFormat av1Format(const GstStructure* structure) {
  const std::string_view profile = textField(structure, "profile");
  return {.codec = Codec::Av1,
          .profile_id = static_cast<std::uint8_t>(profile == "professional" ? 2
                                                  : profile == "high"       ? 1
                                                                            : 0)};
}

std::optional<CodecFormat> telephoneFormat(Codec codec, const GstStructure* structure) {
  if (numberField(structure, "rate", 0) != 8000 || numberField(structure, "channels", 0) != 1)
    return std::nullopt;
  return CodecFormat{.codec = codec, .clock_rate = 8000};
}

// As encoderOf() makes it.
CodecFormat madeFormat(Codec codec) {
  switch (codec) {
    case Codec::Opus:
      return {.codec = codec, .clock_rate = 48000, .channels = 2};
    case Codec::Pcmu:
    case Codec::Pcma:
    case Codec::G722:  // Of which the clock has half the rate of the samples (RFC 3551 §4.5.2).
      return {.codec = codec, .clock_rate = 8000};
    case Codec::Amr:
      return {.codec = codec, .clock_rate = 8000, .profile_id = kOctetAligned};
    case Codec::AmrWb:
      return {.codec = codec, .clock_rate = 16000, .profile_id = kOctetAligned};
    case Codec::H264:
      return {.codec = codec, .h264_packetization_mode = 1};
    default:
      return {.codec = codec};
  }
}

}  // namespace

std::optional<CodecFormat> formatOf(const GstCaps* caps) {
  if (gst_caps_is_empty(caps) || gst_caps_is_any(caps)) return std::nullopt;
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  const std::string_view name = gst_structure_get_name(structure);
  if (name == "video/x-vp8") return CodecFormat{.codec = Codec::Vp8};
  if (name == "video/x-vp9") {
    const std::string_view profile = textField(structure, "profile");
    CodecFormat format{.codec = Codec::Vp9};
    if (!profile.empty()) format.profile_id = static_cast<std::uint8_t>(profile.front() - '0');
    return format;
  }
  if (name == "video/x-av1") return av1Format(structure);
  if (name == "video/x-h264") return h264Format(structure);
  if (name == "video/x-h265") return CodecFormat{.codec = Codec::H265};
  // RFC 7587 has mono and stereo only, and both say "opus/48000/2".
  if (name == "audio/x-opus" && numberField(structure, "channel-mapping-family", 0) == 0)
    return CodecFormat{.codec = Codec::Opus, .clock_rate = 48000, .channels = 2};
  if (name == "audio/x-mulaw") return telephoneFormat(Codec::Pcmu, structure);
  if (name == "audio/x-alaw") return telephoneFormat(Codec::Pcma, structure);
  return std::nullopt;
}

std::optional<CodecFormat> encodableFormat(const std::vector<CodecFormat>& accepted) {
  for (const CodecFormat& wanted : accepted) {
    const CodecFormat made = madeFormat(wanted.codec);
    if (peer::canCarry(made, wanted) && encoderFor(wanted.codec)) return made;
  }
  return std::nullopt;
}

bool isEncodable(const std::vector<CodecFormat>& accepted) {
  return std::ranges::any_of(accepted, [](const CodecFormat& wanted) {
    return std::ranges::find(kEncoders, wanted.codec, &Encoder::codec) != kEncoders.end() &&
           peer::canCarry(madeFormat(wanted.codec), wanted);
  });
}

std::string payloaderOf(const CodecFormat& format) {
  const std::string mtu = " mtu=" + std::to_string(kMtu);
  switch (format.codec) {
    case Codec::Vp8:
      return "rtpvp8pay picture-id-mode=15-bit" + mtu;
    case Codec::Vp9:
      return "vp9parse ! rtpvp9pay picture-id-mode=15-bit" + mtu;
    case Codec::Av1:
      return std::string("av1parse ! ") + kAv1Payloader + mtu;
    case Codec::H264:
      return "h264parse ! rtph264pay config-interval=-1 aggregate-mode=zero-latency" + mtu;
    case Codec::H265:
      return "h265parse ! rtph265pay config-interval=-1 aggregate-mode=zero-latency" + mtu;
    case Codec::Opus:
      return "rtpopuspay" + mtu;
    case Codec::Pcmu:
      return "rtppcmupay min-ptime=20000000 max-ptime=20000000" + mtu;
    case Codec::Pcma:
      return "rtppcmapay min-ptime=20000000 max-ptime=20000000" + mtu;
    case Codec::G722:
      return "rtpg722pay min-ptime=20000000 max-ptime=20000000" + mtu;
    case Codec::Amr:
    case Codec::AmrWb:
      return "rtpamrpay" + mtu;
    default:
      return {};
  }
}

CodecFormat decodedAs(const CodecFormat& format) {
  if (format.codec != Codec::Red) return format;
  CodecFormat opus = format;
  opus.codec = Codec::Opus;
  return opus;
}

bool isDecodable(const CodecFormat& format) { return packetsOf(decodedAs(format)) != nullptr; }

std::vector<CodecFormat> decodableFormats(rtp::MediaKind kind) {
  using enum peer::H264Profile;
  if (kind == rtp::MediaKind::Audio)
    return {madeFormat(Codec::Opus),
            madeFormat(Codec::Pcmu),
            madeFormat(Codec::Pcma),
            madeFormat(Codec::G722),
            madeFormat(Codec::Amr),
            madeFormat(Codec::AmrWb),
            {.codec = Codec::Speex, .clock_rate = 8000},
            {.codec = Codec::Speex, .clock_rate = 16000},
            {.codec = Codec::Speex, .clock_rate = 32000}};
  std::vector<CodecFormat> formats{madeFormat(Codec::Vp8)};
  for (const std::uint8_t profile : {0, 1, 2, 3})
    formats.push_back({.codec = Codec::Vp9, .profile_id = profile});
  for (const peer::H264Profile profile : {ConstrainedBaseline, Baseline, Main, High, Other})
    formats.push_back(
        {.codec = Codec::H264, .h264_profile = profile, .h264_packetization_mode = 1});
  formats.push_back(madeFormat(Codec::H265));
  for (const std::uint8_t profile : {0, 1, 2})
    formats.push_back({.codec = Codec::Av1, .profile_id = profile});
  return formats;
}

std::string rtpCapsOf(const CodecFormat& format) {
  const Packets* const packets = packetsOf(format);
  if (!packets) return {};
  return std::string("application/x-rtp,media=") + packets->media +
         ",payload=96,encoding-name=" + packets->encoding_name +
         ",clock-rate=" + std::to_string(format.clock_rate) + packets->parameters;
}

std::string depayloaderOf(const CodecFormat& format) {
  const Packets* const packets = packetsOf(format);
  return packets && isInstalled(packets->depayloader) ? packets->depayloader : "";
}

std::string decoderOf(const CodecFormat& format) {
  for (const Decoder& decoder : kDecoders)
    if (decoder.codec == format.codec && isInstalled(decoder.element)) return decoder.description;
  return {};
}

std::string encoderOf(const CodecFormat& format, Bitrate bitrate) {
  const Encoder* const encoder = encoderFor(format.codec);
  if (!encoder) return {};
  std::string text = encoder->description;
  if (encoder->bitrate_property && *bitrate > 0) {
    const std::string value = std::to_string(*bitrate / encoder->bits_per_unit);
    text.insert(text.find(std::string("name=") + kEncoderName),
                std::string(encoder->bitrate_property) + "=" + value + " ");
  }
  return text;
}

void setBitrate(GstElement* encoder, Codec codec, Bitrate bitrate) {
  const Encoder* const table = encoderFor(codec);
  if (!table || !table->bitrate_property) return;
  // Of either sign, as GObject converts.
  GValue value = G_VALUE_INIT;
  g_value_init(&value, G_TYPE_INT);
  g_value_set_int(&value, static_cast<gint>(*bitrate / table->bits_per_unit));
  g_object_set_property(G_OBJECT(encoder), table->bitrate_property, &value);
  g_value_unset(&value);
}

}  // namespace ms::frame
