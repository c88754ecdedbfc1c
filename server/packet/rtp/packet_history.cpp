#include "server/packet/rtp/packet_history.h"

#include <algorithm>
#include <utility>

namespace ms::rtp {

PacketHistory::PacketHistory() : ring_(kPackets) {}

void PacketHistory::put(PacketRef packet, const OutgoingHeader& header, Timestamp now) {
  Sent& sent = place(header.sequence_number);
  if (!sent.packet) ++size_;
  sent.packet = std::move(packet);
  sent.header = header;
  sent.at = now;
  sent.resends = 0;
  if (!sent.packet) --size_;
}

std::expected<const PacketHistory::Sent*, Drop> PacketHistory::resend(SequenceNumber number,
                                                                      Duration rtt, Timestamp now) {
  Sent& sent = place(number);
  if (!sent.packet || sent.header.sequence_number != number)
    return std::unexpected(Drop::NotInHistory);
  if (sent.resends > 0 && now - sent.at < std::max(rtt, kMinSpacing))
    return std::unexpected(Drop::ResentRecently);
  sent.at = now;
  ++sent.resends;
  return &sent;
}

void PacketHistory::expire(Timestamp now) {
  for (Sent& sent : ring_) {
    if (!sent.packet || now - sent.at < kMaxAge) continue;
    sent.packet.reset();
    --size_;
  }
}

void PacketHistory::clear() {
  for (Sent& sent : ring_) sent.packet.reset();
  size_ = 0;
}

}  // namespace ms::rtp
