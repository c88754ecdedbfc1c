// What was sent under which transport-wide sequence number, until feedback tells what became of it:
// a ring of fixed size. The memory is taken with the first packet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "server/base/units.h"
#include "server/packet/rtp/sequence.h"
#include "server/packet/rtp/types.h"

namespace ms::bwe {

enum class PacketFate : std::uint8_t { Unknown, Lost, Arrived };

struct SentPacket {
  Timestamp sent;
  std::uint16_t bytes = 0;
  rtp::SequenceNumber number;
  PacketFate fate = PacketFate::Unknown;
  bool is_probe = false;
};

class SentPackets {
 public:
  // 1.5 s of 10 Mbit/s. Feedback on older packets is not used.
  static constexpr std::size_t kPackets = 2048;

  void put(const SentPacket& packet) {
    if (ring_.empty()) ring_.resize(kPackets);
    ring_[place(packet.number)] = packet;
  }

  // nullptr when it was not sent, or when it is forgotten.
  SentPacket* find(rtp::SequenceNumber number) {
    if (ring_.empty()) return nullptr;
    SentPacket& packet = ring_[place(number)];
    return packet.number == number && packet.bytes > 0 ? &packet : nullptr;
  }

 private:
  static std::size_t place(rtp::SequenceNumber number) { return *number % kPackets; }

  std::vector<SentPacket> ring_;  // kPackets; 0 bytes: an empty place.
};

}  // namespace ms::bwe
