#include "server/packet/rtcp/packet_view.h"

namespace ms::rtcp {

std::expected<PacketView, Drop> PacketView::parse(Bytes datagram) noexcept {
  if (datagram.size() < kHeaderBytes) return std::unexpected(Drop::TooShort);
  if (datagram[0] >> 6 != 2) return std::unexpected(Drop::BadVersion);
  if (datagram[1] < 192 || datagram[1] > 223) return std::unexpected(Drop::BadType);

  // RFC 3550 §6.4.1: the length is in 32-bit words minus one.
  const std::size_t bytes = 4 * (loadBe16(datagram, 2) + 1u);
  if (bytes > datagram.size()) return std::unexpected(Drop::BadLength);

  std::size_t padding = 0;
  if (datagram[0] & 0x20) {
    padding = datagram[bytes - 1];
    // §6.4.1 wants whole words; but browsers fill the last word of transport-wide feedback so.
    const bool is_transport_cc = PacketType(datagram[1]) == PacketType::TransportFeedback &&
                                 (datagram[0] & 0x1f) == kTransportCc;
    const bool fits = padding > 0 && padding <= bytes - kHeaderBytes;
    if (!fits || (padding % 4 != 0 && !is_transport_cc)) return std::unexpected(Drop::BadPadding);
  }
  return PacketView(datagram.first(bytes), bytes - kHeaderBytes - padding);
}

}  // namespace ms::rtcp
