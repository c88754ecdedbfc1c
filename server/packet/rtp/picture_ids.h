// The numbers of a VP8 (RFC 7741 §4.2) or VP9 (RFC 9628 §4.2) payload descriptor that must go on
// without a jump when a stream changes its source: where they stand in the payload and their
// values.
#pragma once

#include <cstddef>
#include <cstdint>

#include "server/base/bytes.h"

namespace ms::rtp {

enum class PictureIdWidth : std::uint8_t { None, SevenBits, FifteenBits };

struct PictureIds {
  PictureIdWidth width = PictureIdWidth::None;
  std::uint8_t picture_id_at = 0;   // Offset in the payload; of the byte with the M bit.
  std::uint8_t tl0_pic_idx_at = 0;  // Offset in the payload; 0 = there is none.
  std::uint8_t tl0_pic_idx = 0;
  std::uint16_t picture_id = 0;

  // Read the field at `at` of a payload and move behind it. False when it is cut short.
  bool takePictureId(Bytes payload, std::size_t& at);
  bool takeTl0PicIdx(Bytes payload, std::size_t& at);

  bool hasPictureId() const { return width != PictureIdWidth::None; }
  bool hasTl0PicIdx() const { return tl0_pic_idx_at != 0; }
  // The largest picture id of this width: 0x7f or 0x7fff; 0 when there is none.
  std::uint16_t pictureIdMask() const;

  // Writes the values into a payload of the same layout as the one they were read from. Offsets
  // beyond its end are left out.
  void writeInto(MutableBytes payload) const;

  friend bool operator==(const PictureIds&, const PictureIds&) = default;
};

}  // namespace ms::rtp
