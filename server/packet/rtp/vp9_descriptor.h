// The VP9 payload descriptor (RFC 9628 §4.2), as far as forwarding needs it.
//
//       |I|P|L|F|B|E|V|Z|  required
//   I:  |M| PICTURE ID  |  7 or, with M, 15 bits
//   L:  | TID |U| SID |D|
//       |   TL0PICIDX   |  only with L and not F
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>

#include "server/base/bytes.h"
#include "server/packet/rtp/drop.h"
#include "server/packet/rtp/picture_ids.h"

namespace ms::rtp {

struct Vp9Descriptor {
  bool inter_picture_predicted = false;
  bool flexible_mode = false;
  bool starts_frame = false;
  bool ends_frame = false;
  bool has_scalability_structure = false;
  bool switching_up_point = false;
  bool inter_layer_predicted = false;
  std::optional<std::uint8_t> temporal_layer;
  std::optional<std::uint8_t> spatial_layer;
  PictureIds ids;

  // The first packet of the lowest spatial layer of a picture that needs none before it.
  bool startsKeyFrame() const {
    return starts_frame && !inter_picture_predicted && !inter_layer_predicted &&
           spatial_layer.value_or(0) == 0;
  }

  static std::expected<Vp9Descriptor, Drop> parse(Bytes payload) noexcept;
};

}  // namespace ms::rtp
