// What the packets of one payload type carry, as far as it decides whether another peer can decode
// them unchanged: the codec, its clock, and those fmtp parameters that change the bits.
#pragma once

#include <cstdint>
#include <string_view>

#include "server/packet/rtp/types.h"

namespace ms::sdp {
struct NegotiatedCodec;
}

namespace ms::peer {

// The profiles of RFC 6184 §8.1 that senders use; a level is no reason not to forward.
enum class H264Profile : std::uint8_t { ConstrainedBaseline, Baseline, Main, High, Other };

struct CodecFormat {
  rtp::Codec codec = rtp::Codec::Other;
  std::uint32_t clock_rate = 90000;
  std::uint8_t channels = 1;
  H264Profile h264_profile = H264Profile::ConstrainedBaseline;
  std::uint8_t h264_packetization_mode = 0;
  std::uint8_t profile_id = 0;  // VP9 profile-id, AV1 profile, AMR octet-align.
  std::uint64_t encoding = 0;   // Of Codec::Other: a hash of its name and parameters; 0 = no name.

  friend bool operator==(const CodecFormat&, const CodecFormat&) = default;
};

CodecFormat formatOf(const sdp::NegotiatedCodec& codec);

// True when who negotiated `to` can decode a stream of `from`; of redundant audio to a decoder of
// opus, its primary blocks.
bool canCarry(const CodecFormat& from, const CodecFormat& to);

// "profile-level-id" of "packetization-mode=1;profile-level-id=42e01f" is "42e01f"; names in any
// case; empty when it is not there.
std::string_view fmtpParameter(std::string_view fmtp, std::string_view name);

}  // namespace ms::peer
