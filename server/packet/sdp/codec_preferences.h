// Which codecs an endpoint offers and accepts, in order of preference, and the payload types of its
// own offers. Names are those of SdpEndpoint.conf.json: "opus/48000/2", "VP8/90000".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/packet/rtp/types.h"

namespace ms::sdp {

inline constexpr std::size_t kMaxConfiguredCodecs =
    32;  // Per media kind; further ones are ignored.

struct CodecName {
  std::string encoding;
  std::uint32_t clock_rate = 0;
  std::uint8_t channels = 1;

  // "encoding/clock[/channels]"; nothing when it is not of that form.
  static std::optional<CodecName> parse(std::string_view text);

  rtp::Codec codec() const;
  // Without regard to case, as names of rtpmap are compared (RFC 8866 §6.6).
  friend bool operator==(const CodecName& a, const CodecName& b);
};

std::string write(const CodecName& name);

struct CodecPreferences {
  std::vector<CodecName> audio;
  std::vector<CodecName> video;

  friend bool operator==(const CodecPreferences&, const CodecPreferences&) = default;
};

// opus, PCMU, PCMA, AMR; H265, AV1, VP9, VP8, H264.
CodecPreferences defaultCodecPreferences();

// From configured names, in their order; malformed ones are left out and appended to `refused` for
// the log. A codec that this server knows nothing of can still be forwarded, with plain RTP.
std::vector<CodecName> parseCodecNames(std::span<const std::string> names,
                                       std::vector<std::string>& refused);

enum class H265 : std::uint8_t { Disabled, Enabled };

// What of it WebRTC may use: no AMR ever, H265 only when asked for.
CodecPreferences webRtcCodecs(const CodecPreferences& preferences, H265 h265);

// RFC 3551 tables 4 and 5.
std::optional<rtp::PayloadType> staticPayloadType(const CodecName& name);
std::optional<CodecName> staticCodec(rtp::PayloadType payload_type);

struct OfferedCodec {
  CodecName name;
  rtp::PayloadType payload_type;
};
struct OfferedCodecs {
  std::vector<OfferedCodec> audio;
  std::vector<OfferedCodec> video;
};

// Payload types of own offers. Each media section takes numbers for the dynamic audio and the
// dynamic video codecs alike, which is where the known gaps come from: opus 96, AV1 102, VP9 103,
// VP8 104, H264 105 with one audio and one video section.
OfferedCodecs numberCodecs(const CodecPreferences& preferences, std::size_t audio_sections);

// Default parameters in own offers: empty when there are none.
std::string_view defaultFmtp(rtp::Codec codec);

}  // namespace ms::sdp
