#include "server/packet/rtcp/compound_view.h"

namespace ms::rtcp {

std::expected<CompoundView, Drop> CompoundView::parse(Bytes datagram) noexcept {
  if (datagram.empty()) return std::unexpected(Drop::TooShort);
  Bytes rest = datagram;
  while (!rest.empty()) {
    const auto packet = PacketView::parse(rest);
    if (!packet) return std::unexpected(packet.error());
    rest = rest.subspan(packet->bytes());
  }
  return CompoundView(datagram);
}

bool CompoundView::isFull() const {
  const PacketType first = (*begin()).type();
  return first == PacketType::SenderReport || first == PacketType::ReceiverReport;
}

}  // namespace ms::rtcp
