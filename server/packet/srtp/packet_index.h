// The 48-bit index of an SRTP packet, of which only the sequence number is sent (RFC 3711 §3.3.1).
#pragma once

#include <cstdint>

namespace ms::srtp {

inline constexpr std::uint64_t kRtpIndices = std::uint64_t{1} << 48;
inline constexpr std::uint64_t kRtcpIndices = std::uint64_t{1} << 31;

// The index nearest to `highest`, the highest so far. There is none below 0: what would be before
// the first rollover is a jump ahead.
constexpr std::uint64_t estimateIndex(std::uint64_t highest, std::uint16_t sequence_number) {
  constexpr std::uint64_t kHalf = 0x8000, kWhole = 0x1'0000;
  const std::uint64_t newest = highest % kWhole, rolled_over = highest - newest;
  if (newest < kHalf && sequence_number > newest + kHalf && rolled_over > 0)
    return rolled_over - kWhole + sequence_number;
  if (newest >= kHalf && sequence_number < newest - kHalf)
    return rolled_over + kWhole + sequence_number;
  return rolled_over + sequence_number;
}

}  // namespace ms::srtp
