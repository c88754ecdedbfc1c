// Temporal units of AV1 out of RTP packets (RTP Payload Format For AV1, AOM, §4): puts OBUs
// together that were cut into pieces, and leaves out those that mean nothing in packets.
//
//    0 1 2 3 4 5 6 7
//   |Z|Y| W |N|-|-|-|   aggregation header, then OBU elements
//    Z: the first element goes on with the last one of the packet before
//    Y: the last element goes on in the next packet
//    W: elements in the packet, the last of which has no size in front; 0: any number, all have one
//
// Pure. Packets come in the order of their sequence numbers, those of one stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

#include "server/base/bytes.h"
#include "server/packet/rtp/drop.h"
#include "server/packet/rtp/types.h"

namespace ms::rtp {

class Av1Depayloader {
 public:
  // Of one temporal unit: a frame of 8K without a loss of quality is smaller.
  static constexpr std::size_t kMaxUnitBytes = std::size_t{8} << 20;
  // That wait to be polled; the oldest is lost with one more.
  static constexpr std::size_t kMaxComplete = 2;

  struct Packet {
    Bytes payload;
    RtpTimestamp timestamp;
    bool marker = false;  // The last one of its unit.
  };
  struct Unit {
    RtpTimestamp timestamp;
    std::vector<std::uint8_t> bytes;  // OBUs with their sizes, a temporal delimiter in front.
  };

  // BadPayload when the packet is of no use: it contradicts itself, or what it belongs to has lost
  // a part. TooLong when its unit becomes too long. What has come of its unit is lost then.
  std::expected<void, Drop> receive(const Packet& packet);
  // Packets are missing before the next one.
  void onLoss();

  // What is complete. A sender that does not mark the last packet of a unit completes it with the
  // first of the next one, so that there may be two.
  std::optional<Unit> poll();

 private:
  std::expected<void, Drop> take(Bytes payload);
  std::expected<void, Drop> takeElement(Bytes element);
  void begin(RtpTimestamp timestamp);
  void complete();

  std::optional<Unit> unit_;           // That packets come of.
  std::vector<std::uint8_t> element_;  // Of which the rest is to come.
  bool is_broken_ = false;             // No more of this unit is taken.
  std::vector<Unit> complete_;         // The oldest first.
};

}  // namespace ms::rtp
