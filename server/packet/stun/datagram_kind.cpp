#include "server/packet/stun/datagram_kind.h"

namespace ms::stun {
namespace {

// The shortest that each protocol can be: a STUN header, a DTLS record header, the fixed headers of
// RTP and RTCP.
constexpr std::size_t kStunBytes = 20;
constexpr std::size_t kDtlsBytes = 13;
constexpr std::size_t kRtpBytes = 12;
constexpr std::size_t kRtcpBytes = 8;

std::expected<DatagramKind, DatagramDrop> atLeast(Bytes datagram, std::size_t bytes,
                                                  DatagramKind kind) {
  if (datagram.size() < bytes) return std::unexpected(DatagramDrop::TooShort);
  return kind;
}

// RTCP packet types 192..223 are what payload types 64..95 with the marker bit would be.
bool isRtcpPacketType(std::uint8_t second_byte) { return second_byte >= 192 && second_byte <= 223; }

}  // namespace

std::expected<DatagramKind, DatagramDrop> datagramKind(Bytes datagram) noexcept {
  if (datagram.size() < 2) return std::unexpected(DatagramDrop::TooShort);
  const std::uint8_t first = datagram[0];
  if (first <= 3) return atLeast(datagram, kStunBytes, DatagramKind::Stun);
  if (first >= 20 && first <= 63) return atLeast(datagram, kDtlsBytes, DatagramKind::Dtls);
  if (first >= 128 && first <= 191) {
    return isRtcpPacketType(datagram[1]) ? atLeast(datagram, kRtcpBytes, DatagramKind::Rtcp)
                                         : atLeast(datagram, kRtpBytes, DatagramKind::Rtp);
  }
  if (first >= 16 && first <= 19) return std::unexpected(DatagramDrop::Zrtp);
  if (first >= 64 && first <= 79) return std::unexpected(DatagramDrop::TurnChannel);
  return std::unexpected(DatagramDrop::Unknown);
}

}  // namespace ms::stun
