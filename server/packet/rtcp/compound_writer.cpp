#include "server/packet/rtcp/compound_writer.h"

#include <algorithm>

namespace ms::rtcp {

CompoundWriter::CompoundWriter(MutableBytes buffer, std::size_t mtu)
    : buffer_(buffer.first(std::min(buffer.size(), mtu))) {}

MutableBytes CompoundWriter::append(PacketType type, std::uint8_t count, std::size_t body_bytes) {
  const std::size_t bytes = PacketView::kHeaderBytes + body_bytes;
  if (bytes > room() || body_bytes % 4 != 0) return {};
  const MutableBytes packet = buffer_.subspan(used_, bytes);
  packet[0] = static_cast<std::uint8_t>(0x80 | (count & 0x1f));
  packet[1] = static_cast<std::uint8_t>(type);
  storeBe16(packet, 2, static_cast<std::uint16_t>(bytes / 4 - 1));
  used_ += bytes;
  return packet.subspan(PacketView::kHeaderBytes);
}

}  // namespace ms::rtcp
