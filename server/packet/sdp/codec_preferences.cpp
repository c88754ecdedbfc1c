#include "server/packet/sdp/codec_preferences.h"

#include <utility>

#include "server/packet/sdp/words.h"

namespace ms::sdp {
namespace {

// A payload type has 7 bits; 64..95 could be taken for RTCP (RFC 5761 §4).
constexpr std::uint8_t kFirstDynamicPayloadType = 96;
constexpr std::uint8_t kLastDynamicPayloadType = 127;
constexpr std::uint8_t kFirstSparePayloadType = 35;
constexpr std::uint8_t kLastSparePayloadType = 63;

struct KnownCodec {
  std::string_view encoding;
  rtp::Codec codec;
};
constexpr KnownCodec kKnownCodecs[] = {
    {"opus", rtp::Codec::Opus},   {"PCMU", rtp::Codec::Pcmu}, {"PCMA", rtp::Codec::Pcma},
    {"G722", rtp::Codec::G722},   {"AMR", rtp::Codec::Amr},   {"AMR-WB", rtp::Codec::AmrWb},
    {"speex", rtp::Codec::Speex}, {"VP8", rtp::Codec::Vp8},   {"VP9", rtp::Codec::Vp9},
    {"AV1", rtp::Codec::Av1},     {"H264", rtp::Codec::H264}, {"H265", rtp::Codec::H265},
};

const KnownCodec* knownCodec(std::string_view encoding) {
  for (const KnownCodec& known : kKnownCodecs)
    if (equalsIgnoringCase(known.encoding, encoding)) return &known;
  return nullptr;
}

CodecName codecName(std::string_view encoding, std::uint32_t clock_rate,
                    std::uint8_t channels = 1) {
  return {std::string(encoding), clock_rate, channels};
}

bool isForWebRtc(rtp::Codec codec, H265 h265) {
  switch (codec) {
    case rtp::Codec::Opus:
    case rtp::Codec::Pcmu:
    case rtp::Codec::Pcma:
    case rtp::Codec::Vp8:
    case rtp::Codec::Vp9:
    case rtp::Codec::Av1:
    case rtp::Codec::H264:
      return true;
    case rtp::Codec::H265:
      return h265 == H265::Enabled;
    case rtp::Codec::G722:
    case rtp::Codec::Amr:
    case rtp::Codec::AmrWb:
    case rtp::Codec::Speex:
    case rtp::Codec::Red:  // Only together with the codec inside: see answer.cpp.
    case rtp::Codec::Other:
      return false;
  }
  return false;
}

std::vector<CodecName> webRtcCodecs(const std::vector<CodecName>& names, H265 h265) {
  std::vector<CodecName> result;
  for (const CodecName& name : names)
    if (isForWebRtc(name.codec(), h265)) result.push_back(name);
  return result;
}

// RFC 3551 tables 4 and 5.
struct StaticPayloadType {
  std::uint8_t payload_type;
  std::string_view encoding;
  std::uint32_t clock_rate;
  std::uint8_t channels = 1;
};
constexpr StaticPayloadType kStaticPayloadTypes[] = {
    {0, "PCMU", 8000},     {3, "GSM", 8000},    {4, "G723", 8000},   {5, "DVI4", 8000},
    {6, "DVI4", 16000},    {7, "LPC", 8000},    {8, "PCMA", 8000},   {9, "G722", 8000},
    {10, "L16", 44100, 2}, {11, "L16", 44100},  {12, "QCELP", 8000}, {13, "CN", 8000},
    {14, "MPA", 90000},    {15, "G728", 8000},  {16, "DVI4", 11025}, {17, "DVI4", 22050},
    {18, "G729", 8000},    {25, "CelB", 90000}, {26, "JPEG", 90000}, {28, "nv", 90000},
    {31, "H261", 90000},   {32, "MPV", 90000},  {33, "MP2T", 90000}, {34, "H263", 90000},
};

// Hands out dynamic payload types until there are none left.
class PayloadTypes {
 public:
  std::optional<rtp::PayloadType> take() {
    if (next_ > kLastSparePayloadType && next_ < kFirstDynamicPayloadType) return std::nullopt;
    const rtp::PayloadType taken(next_);
    next_ = next_ == kLastDynamicPayloadType ? kFirstSparePayloadType : next_ + 1;
    return taken;
  }

  std::vector<OfferedCodec> number(const std::vector<CodecName>& names) {
    std::vector<OfferedCodec> result;
    for (const CodecName& name : names) {
      auto payload_type = staticPayloadType(name);
      if (!payload_type) payload_type = take();
      if (payload_type) result.push_back({name, *payload_type});
    }
    return result;
  }

 private:
  std::uint8_t next_ = kFirstDynamicPayloadType;
};

}  // namespace

std::optional<CodecName> CodecName::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == 0 || slash == std::string_view::npos) return std::nullopt;
  std::string_view numbers = text.substr(slash + 1);
  const std::size_t second = std::min(numbers.find('/'), numbers.size());
  const auto clock_rate = parseNumber<std::uint32_t>(numbers.substr(0, second));
  if (!clock_rate || *clock_rate == 0) return std::nullopt;

  CodecName name = codecName(text.substr(0, slash), *clock_rate);
  if (second < numbers.size()) {
    const auto channels = parseNumber<std::uint8_t>(numbers.substr(second + 1));
    if (!channels || *channels == 0) return std::nullopt;
    name.channels = *channels;
  }
  return name;
}

rtp::Codec CodecName::codec() const {
  const KnownCodec* known = knownCodec(encoding);
  return known ? known->codec : rtp::Codec::Other;
}

bool operator==(const CodecName& a, const CodecName& b) {
  return a.clock_rate == b.clock_rate && a.channels == b.channels &&
         equalsIgnoringCase(a.encoding, b.encoding);
}

std::string write(const CodecName& name) {
  std::string text = name.encoding + '/' + std::to_string(name.clock_rate);
  if (name.channels != 1) text += '/' + std::to_string(name.channels);
  return text;
}

CodecPreferences defaultCodecPreferences() {
  return {.audio = {codecName("opus", 48000, 2), codecName("PCMU", 8000), codecName("PCMA", 8000),
                    codecName("AMR", 8000)},
          .video = {codecName("H265", 90000), codecName("AV1", 90000), codecName("VP9", 90000),
                    codecName("VP8", 90000), codecName("H264", 90000)}};
}

std::vector<CodecName> parseCodecNames(std::span<const std::string> names,
                                       std::vector<std::string>& refused) {
  std::vector<CodecName> result;
  for (const std::string& text : names) {
    auto name = CodecName::parse(text);
    if (name && result.size() < kMaxConfiguredCodecs)
      result.push_back(std::move(*name));
    else
      refused.push_back(text);
  }
  return result;
}

CodecPreferences webRtcCodecs(const CodecPreferences& preferences, H265 h265) {
  return {webRtcCodecs(preferences.audio, h265), webRtcCodecs(preferences.video, h265)};
}

std::optional<rtp::PayloadType> staticPayloadType(const CodecName& name) {
  for (const StaticPayloadType& known : kStaticPayloadTypes)
    if (name == codecName(known.encoding, known.clock_rate, known.channels))
      return rtp::PayloadType(known.payload_type);
  return std::nullopt;
}

std::optional<CodecName> staticCodec(rtp::PayloadType payload_type) {
  for (const StaticPayloadType& known : kStaticPayloadTypes)
    if (rtp::PayloadType(known.payload_type) == payload_type)
      return codecName(known.encoding, known.clock_rate, known.channels);
  return std::nullopt;
}

OfferedCodecs numberCodecs(const CodecPreferences& preferences, std::size_t audio_sections) {
  PayloadTypes payload_types;
  OfferedCodecs offered;
  if (audio_sections > 0) {
    offered.audio = payload_types.number(preferences.audio);
    payload_types.number(preferences.video);
  }
  payload_types.number(preferences.audio);
  offered.video = payload_types.number(preferences.video);
  return offered;
}

std::string_view defaultFmtp(rtp::Codec codec) {
  switch (codec) {
    case rtp::Codec::H264:
      return "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f";
    case rtp::Codec::Av1:
      return "level-idx=5;profile=0;tier=0";
    case rtp::Codec::Vp9:
      return "profile-id=0";
    default:
      return {};
  }
}

}  // namespace ms::sdp
