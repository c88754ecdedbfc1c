// The packets a sink sent last, ready to be sent again exactly as they were (RFC 4585 §6.2.1).
//
// Keeps references to the shared incoming packet and the outgoing header, not copies. Driven by the
// send path: put() per packet sent, resend() per number in a NACK, expire() now and then so that a
// silent stream does not hold buffers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <vector>

#include "server/base/units.h"
#include "server/packet/rtp/drop.h"
#include "server/packet/rtp/outgoing_header.h"
#include "server/packet/rtp/packet_pool.h"
#include "server/packet/rtp/types.h"

namespace ms::rtp {

class PacketHistory {
 public:
  static constexpr std::size_t kPackets = 512;
  static constexpr Duration kMaxAge = std::chrono::seconds(10);
  // The same packet is not resent sooner, however short the round trip is.
  static constexpr Duration kMinSpacing = std::chrono::milliseconds(5);

  struct Sent {
    PacketRef packet;  // As it came in; null in an empty place.
    OutgoingHeader header;
    Timestamp at;  // Last (re)sent.
    std::uint16_t resends = 0;
  };

  PacketHistory();

  // `packet` goes in by value: the history shares it.
  void put(PacketRef packet, const OutgoingHeader& header, Timestamp now);

  // The packet to send again: writeForwarded() of its two halves gives the bytes of the first time.
  // Counts as resent. Valid until the next call. NotInHistory, or ResentRecently when a copy is
  // still under way by `rtt`.
  std::expected<const Sent*, Drop> resend(SequenceNumber number, Duration rtt, Timestamp now);

  // Forgets what is too old, in the order of sending: while packets flow nothing else is looked at.
  void expire(Timestamp now);
  void clear();
  std::size_t size() const { return size_; }

 private:
  Sent& place(SequenceNumber number) { return ring_[*number % kPackets]; }
  void noteNumber(SequenceNumber number);

  std::vector<Sent> ring_;  // kPackets, by sequence number.
  SequenceNumber oldest_;   // No packet has a number before it.
  std::size_t size_ = 0;
};

}  // namespace ms::rtp
