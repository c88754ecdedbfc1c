// Open bitstream units, of which AV1 is made (AV1 specification §5.3, §4.10.5): where one begins
// and ends, in the stream of an encoder or a file, and out of RTP packets.
//
//    0 1 2 3 4 5 6 7
//   |F| type  |X|S|-|   forbidden bit, extension follows, size follows
//   | TID |SID|  -  |   with X
//   | size, leb128  |   with S: bytes of payload; without, the OBU fills what it is in
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <vector>

#include "server/base/bytes.h"
#include "server/packet/rtp/drop.h"

namespace ms::rtp {

enum class ObuType : std::uint8_t {
  SequenceHeader = 1,
  TemporalDelimiter = 2,
  TileList = 8,
};

struct Obu {
  Bytes header;   // Without its size: 1 byte, 2 with an extension.
  Bytes payload;  // May be empty.

  ObuType type() const { return static_cast<ObuType>(header[0] >> 3 & 0x0f); }
  // Neither is sent in packets (RTP payload format for AV1 §5).
  bool isLeftOut() const {
    return type() == ObuType::TemporalDelimiter || type() == ObuType::TileList;
  }
  std::size_t bytes() const { return header.size() + payload.size(); }  // As an OBU element.

  // The OBU at the beginning of `from`, which is shortened by it. BadPayload when it is cut short.
  static std::expected<Obu, Drop> take(Bytes& from) noexcept;
};

// At most 8 groups of 7 bits, the lowest first; up to 2^32 - 1. `from` is shortened by it.
std::expected<std::size_t, Drop> takeLeb128(Bytes& from) noexcept;
std::size_t leb128Bytes(std::size_t value) noexcept;
void appendLeb128(std::vector<std::uint8_t>& to, std::size_t value);

// With its size, as streams and files have it.
void appendSized(std::vector<std::uint8_t>& to, const Obu& obu);

}  // namespace ms::rtp
