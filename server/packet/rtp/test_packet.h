// RTP packets for tests, by their fields.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "server/base/bytes.h"
#include "server/base/units.h"
#include "server/packet/rtp/rtp_view.h"

namespace ms::rtp {

struct TestPacket {
  std::uint16_t sequence_number = 1;
  std::uint32_t timestamp = 0;
  std::uint32_t ssrc = 0x1111;
  std::uint8_t payload_type = 96;
  bool marker = false;
  std::vector<std::uint8_t> payload = {0x10, 0x00, 0x9d, 0x01, 0x2a};  // VP8, begins a key frame.

  std::vector<std::uint8_t> bytes() const {
    std::vector<std::uint8_t> packet(12 + payload.size());
    packet[0] = 0x80;
    packet[1] = static_cast<std::uint8_t>((marker ? 0x80 : 0) | payload_type);
    storeBe16(packet, 2, sequence_number);
    storeBe32(packet, 4, timestamp);
    storeBe32(packet, 8, ssrc);
    std::copy(payload.begin(), payload.end(), packet.begin() + 12);
    return packet;
  }
};

// An instant of the test's own clock.
inline Timestamp at(Duration since_start) {
  return Timestamp(std::chrono::seconds(1000) + since_start);
}

}  // namespace ms::rtp
