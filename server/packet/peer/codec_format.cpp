#include "server/packet/peer/codec_format.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "server/packet/sdp/negotiated.h"

namespace ms::peer {
namespace {

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool sameName(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lowered, lowered);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<std::uint32_t> number(std::string_view text, int base) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::uint8_t smallNumber(std::string_view text) {
  return static_cast<std::uint8_t>(std::min(number(text, 10).value_or(0), 255u));
}

// RFC 6184 §8.1, table 5: profile_idc and the constraint flags that change its meaning.
H264Profile h264Profile(std::string_view profile_level_id) {
  const auto value = number(profile_level_id, 16);
  // Without the parameter it is Baseline, level 1 (RFC 6184 §8.1).
  if (profile_level_id.empty()) return H264Profile::Baseline;
  if (!value || profile_level_id.size() != 6) return H264Profile::Other;
  const std::uint32_t profile = *value >> 16, flags = *value >> 8 & 0xff;
  const bool set0 = flags & 0x80, set1 = flags & 0x40;
  switch (profile) {
    case 0x42:
      return set1 ? H264Profile::ConstrainedBaseline : H264Profile::Baseline;
    case 0x4d:
      return set0 ? H264Profile::ConstrainedBaseline : H264Profile::Main;
    case 0x58:
      return set0 && set1 ? H264Profile::ConstrainedBaseline : H264Profile::Other;
    case 0x64:
      return H264Profile::High;
    default:
      return H264Profile::Other;
  }
}

bool canDecode(H264Profile stream, H264Profile decoder) {
  return stream == decoder || stream == H264Profile::ConstrainedBaseline;
}

// FNV-1a, 64 bits.
std::uint64_t hash(std::string_view text, std::uint64_t start) {
  for (const char c : text) start = (start ^ static_cast<std::uint8_t>(c)) * 0x100000001b3;
  return start;
}

// Which payload types its fmtp lists has been looked at by the negotiation.
bool isRedOfOpus(const sdp::NegotiatedCodec& codec) {
  return sameName(codec.name, "red") && codec.clock_rate == 48000 && codec.channels == 2;
}

std::uint64_t encodingOf(const sdp::NegotiatedCodec& codec) {
  if (codec.name.empty()) return 0;
  std::string name = codec.name;
  std::ranges::transform(name, name.begin(), lowered);
  return hash(codec.fmtp, hash(name, 0xcbf29ce484222325));
}

}  // namespace

std::string_view fmtpParameter(std::string_view fmtp, std::string_view name) {
  while (!fmtp.empty()) {
    const std::size_t end = std::min(fmtp.find(';'), fmtp.size());
    const std::string_view parameter = trimmed(fmtp.substr(0, end));
    const std::size_t equals = parameter.find('=');
    if (equals != std::string_view::npos && sameName(trimmed(parameter.substr(0, equals)), name))
      return trimmed(parameter.substr(equals + 1));
    fmtp.remove_prefix(std::min(end + 1, fmtp.size()));
  }
  return {};
}

CodecFormat formatOf(const sdp::NegotiatedCodec& codec) {
  CodecFormat format{
      .codec = codec.codec, .clock_rate = codec.clock_rate, .channels = codec.channels};
  switch (codec.codec) {
    case rtp::Codec::H264:
      format.h264_profile = h264Profile(fmtpParameter(codec.fmtp, "profile-level-id"));
      format.h264_packetization_mode = smallNumber(fmtpParameter(codec.fmtp, "packetization-mode"));
      break;
    case rtp::Codec::Vp9:
      format.profile_id = smallNumber(fmtpParameter(codec.fmtp, "profile-id"));
      break;
    case rtp::Codec::Av1:
      format.profile_id = smallNumber(fmtpParameter(codec.fmtp, "profile"));
      break;
    case rtp::Codec::Amr:
    case rtp::Codec::AmrWb:
      format.profile_id = smallNumber(fmtpParameter(codec.fmtp, "octet-align"));
      break;
    case rtp::Codec::Other:
      if (isRedOfOpus(codec))
        format.codec = rtp::Codec::Red;
      else
        format.encoding = encodingOf(codec);
      break;
    default:
      break;
  }
  return format;
}

bool canCarry(const CodecFormat& from, const CodecFormat& to) {
  if (from.codec == rtp::Codec::Red && to.codec == rtp::Codec::Opus)
    return from.clock_rate == to.clock_rate && from.channels == to.channels;
  if (from.codec != to.codec || from.encoding != to.encoding) return false;
  if (from.codec == rtp::Codec::Other && from.encoding == 0) return false;
  if (from.clock_rate != to.clock_rate || from.channels != to.channels) return false;
  if (from.profile_id != to.profile_id) return false;
  if (from.codec != rtp::Codec::H264) return true;
  // Mode 1 takes all that mode 0 sends, not the other way round.
  return from.h264_packetization_mode <= to.h264_packetization_mode &&
         canDecode(from.h264_profile, to.h264_profile);
}

}  // namespace ms::peer
