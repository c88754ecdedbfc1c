// Packets that wait for their turn on a narrow path, in order. The memory is taken with the first
// one, so that it costs nothing where nothing ever waits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "server/base/units.h"
#include "server/packet/rtp/outgoing_header.h"
#include "server/packet/rtp/packet_pool.h"

namespace ms::peer {

class PacedQueue {
 public:
  // When one more comes, or when the oldest has waited so long, the oldest leaves at once: nothing
  // is lost here, and no queue grows. What is too much for the path is left out before (FrameGate).
  static constexpr std::size_t kPackets = 256;
  static constexpr Duration kMaxWait = std::chrono::milliseconds(400);

  struct Entry {
    rtp::PacketRef packet;  // As it came in.
    rtp::OutgoingHeader header;
    rtp::Codec codec = rtp::Codec::Other;
    std::uint32_t clock_rate = 0;
    Timestamp since;
  };

  bool empty() const { return size_ == 0; }
  bool full() const { return size_ == kPackets; }
  const Entry& front() const { return ring_[first_]; }

  // Not when it is full.
  void push(Entry entry) {
    if (ring_.empty()) ring_.resize(kPackets);
    ring_[(first_ + size_++) % kPackets] = std::move(entry);
  }
  // Not when it is empty.
  Entry pop() {
    Entry entry = std::move(ring_[first_]);
    first_ = (first_ + 1) % kPackets;
    --size_;
    return entry;
  }

 private:
  std::vector<Entry> ring_;  // kPackets.
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace ms::peer
