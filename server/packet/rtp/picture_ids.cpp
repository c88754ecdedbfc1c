#include "server/packet/rtp/picture_ids.h"

namespace ms::rtp {

bool PictureIds::takePictureId(Bytes payload, std::size_t& at) {
  if (at >= payload.size()) return false;
  picture_id_at = static_cast<std::uint8_t>(at);
  if (!(payload[at] & 0x80)) {
    width = PictureIdWidth::SevenBits;
    picture_id = payload[at++];
    return true;
  }
  if (payload.size() - at < 2) return false;
  width = PictureIdWidth::FifteenBits;
  picture_id = loadBe16(payload, at) & 0x7fff;
  at += 2;
  return true;
}

bool PictureIds::takeTl0PicIdx(Bytes payload, std::size_t& at) {
  if (at >= payload.size()) return false;
  tl0_pic_idx_at = static_cast<std::uint8_t>(at);
  tl0_pic_idx = payload[at++];
  return true;
}

std::uint16_t PictureIds::pictureIdMask() const {
  switch (width) {
    case PictureIdWidth::None:
      return 0;
    case PictureIdWidth::SevenBits:
      return 0x7f;
    case PictureIdWidth::FifteenBits:
      return 0x7fff;
  }
  return 0;
}

void PictureIds::writeInto(MutableBytes payload) const {
  if (width == PictureIdWidth::SevenBits && picture_id_at < payload.size())
    payload[picture_id_at] = picture_id & 0x7f;
  if (width == PictureIdWidth::FifteenBits && picture_id_at + 1u < payload.size())
    storeBe16(payload, picture_id_at, picture_id | 0x8000);
  if (hasTl0PicIdx() && tl0_pic_idx_at < payload.size()) payload[tl0_pic_idx_at] = tl0_pic_idx;
}

}  // namespace ms::rtp
