// Packets of one source that came in one turn of its loop, on their way to its sinks. Each sink
// gets all of them before the next sink gets any: what a sink works with comes into the cache once,
// and what it sends is together when it leaves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "server/base/units.h"
#include "server/packet/peer/media.h"
#include "server/packet/peer/sink_list.h"

namespace ms::peer {

class PacketBurst {
 public:
  // As many as a socket is read at once.
  static constexpr std::size_t kMaxPackets = 64;

  struct Packet {
    rtp::PacketRef packet;
    rtp::RtpView view;  // Of its bytes.
    CodecFormat format;
    std::uint8_t layer = 0;
  };

  bool isEmpty() const { return packets_.empty(); }
  bool isFull() const { return packets_.size() == kMaxPackets; }

  // Not when it is full. The memory is taken with the first packet.
  void add(Packet packet) {
    if (packets_.capacity() == 0) packets_.reserve(kMaxPackets);
    packets_.push_back(std::move(packet));
  }

  // Tells them, as packets of `source`, and forgets them.
  void deliver(MediaSource& source, SinkList& sinks, Timestamp now) {
    sinks.forEachOfBurst(packets_.size(), [&](MediaSink& sink, std::size_t i) {
      const Packet& packet = packets_[i];
      sink.onPacket({.source = source,
                     .packet = packet.packet,
                     .view = packet.view,
                     .format = packet.format,
                     .layer = packet.layer},
                    now);
    });
    packets_.clear();
  }

 private:
  std::vector<Packet> packets_;
};

}  // namespace ms::peer
