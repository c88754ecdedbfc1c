#include "server/packet/rtp/vp8_descriptor.h"

namespace ms::rtp {
namespace {

bool takeLayer(Bytes payload, std::size_t& at, std::uint8_t flags, Vp8Descriptor& descriptor) {
  if (at >= payload.size()) return false;
  const std::uint8_t layer = payload[at++];
  if (flags & 0x20) {
    descriptor.temporal_layer = layer >> 6;
    descriptor.layer_sync = layer & 0x20;
  }
  if (flags & 0x10) descriptor.key_index = layer & 0x1f;
  return true;
}

}  // namespace

std::expected<Vp8Descriptor, Drop> Vp8Descriptor::parse(Bytes payload) noexcept {
  const auto bad = std::unexpected(Drop::BadPayload);
  if (payload.empty()) return std::unexpected(Drop::EmptyPayload);

  Vp8Descriptor descriptor;
  descriptor.non_reference = payload[0] & 0x20;
  descriptor.starts_partition = payload[0] & 0x10;
  descriptor.partition = payload[0] & 0x07;
  std::size_t at = 1;
  if (payload[0] & 0x80) {
    if (payload.size() < 2) return bad;
    const std::uint8_t flags = payload[at++];
    if (flags & 0x80 && !descriptor.ids.takePictureId(payload, at)) return bad;
    if (flags & 0x40 && !descriptor.ids.takeTl0PicIdx(payload, at)) return bad;
    if (flags & 0x30 && !takeLayer(payload, at, flags, descriptor)) return bad;
  }
  if (at >= payload.size()) return bad;

  descriptor.bytes = at;
  // RFC 7741 §4.3: the P bit of a frame's first byte is 0 for a key frame.
  descriptor.starts_key_frame =
      descriptor.starts_partition && descriptor.partition == 0 && !(payload[at] & 0x01);
  return descriptor;
}

}  // namespace ms::rtp
