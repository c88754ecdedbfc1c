// The VP8 payload descriptor (RFC 7741 §4.2), and whether a key frame begins (§4.3).
//
//       0 1 2 3 4 5 6 7
//      |X|R|N|S|R| PID |  required
//   X: |I|L|T|K| RSV   |
//   I: |M| PictureID   |  7 or, with M, 15 bits
//   L: |   TL0PICIDX   |
// T/K: |TID|Y| KEYIDX  |
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>

#include "server/base/bytes.h"
#include "server/packet/rtp/drop.h"
#include "server/packet/rtp/picture_ids.h"

namespace ms::rtp {

struct Vp8Descriptor {
  std::size_t bytes = 0;  // Of the descriptor: the VP8 payload header or data follows.
  bool non_reference = false;
  bool starts_partition = false;
  std::uint8_t partition = 0;
  bool layer_sync = false;
  bool starts_key_frame = false;  // First packet of a frame whose P bit is 0.
  std::optional<std::uint8_t> temporal_layer;
  std::optional<std::uint8_t> key_index;
  PictureIds ids;

  static std::expected<Vp8Descriptor, Drop> parse(Bytes payload) noexcept;
};

}  // namespace ms::rtp
