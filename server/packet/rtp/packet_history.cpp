#include "server/packet/rtp/packet_history.h"

#include <algorithm>
#include <utility>

#include "server/packet/rtp/sequence.h"

namespace ms::rtp {

PacketHistory::PacketHistory() : ring_(kPackets) {}

void PacketHistory::put(PacketRef packet, const OutgoingHeader& header, Timestamp now) {
  noteNumber(header.sequence_number);
  Sent& sent = place(header.sequence_number);
  if (!sent.packet) ++size_;
  sent.packet = std::move(packet);
  sent.header = header;
  sent.at = now;
  sent.resends = 0;
  if (!sent.packet) --size_;
}

void PacketHistory::noteNumber(SequenceNumber number) {
  const int ahead = distance(oldest_, number);
  if (size_ == 0 || ahead < 0) {
    oldest_ = number;
  } else if (ahead >= static_cast<int>(kPackets)) {
    oldest_ = SequenceNumber(static_cast<std::uint16_t>(*number - (kPackets - 1)));
  }
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
  for (std::size_t looked_at = 0; size_ > 0 && looked_at < kPackets; ++looked_at) {
    Sent& sent = place(oldest_);
    if (sent.packet) {
      if (now - sent.at < kMaxAge) return;
      sent.packet.reset();
      --size_;
    }
    oldest_ = next(oldest_);
  }
}

void PacketHistory::clear() {
  for (Sent& sent : ring_) sent.packet.reset();
  size_ = 0;
}

}  // namespace ms::rtp
