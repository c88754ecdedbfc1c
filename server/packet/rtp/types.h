// The numbers of RTP (RFC 3550), each a type of its own.
#pragma once

#include <cstdint>

#include "server/base/strong.h"

namespace ms::rtp {

using Ssrc = Strong<struct SsrcTag, std::uint32_t>;
using SequenceNumber = Strong<struct SequenceNumberTag, std::uint16_t>;
using RtpTimestamp = Strong<struct RtpTimestampTag, std::uint32_t>;  // In ticks of the clock rate.
using PayloadType = Strong<struct PayloadTypeTag, std::uint8_t>;     // 0..127.

enum class MediaKind : std::uint8_t { Audio, Video };

// The codecs that packets of this server can carry, and that it can do more with than forward them.
// Red: opus with redundancy (RFC 2198).
enum class Codec : std::uint8_t {
  Opus,
  Pcmu,
  Pcma,
  G722,
  Amr,
  AmrWb,
  Speex,
  Vp8,
  Vp9,
  Av1,
  H264,
  H265,
  Red,
  Other
};

}  // namespace ms::rtp
