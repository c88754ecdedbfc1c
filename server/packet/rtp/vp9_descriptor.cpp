#include "server/packet/rtp/vp9_descriptor.h"

namespace ms::rtp {
namespace {

bool takeLayers(Bytes payload, std::size_t& at, Vp9Descriptor& descriptor) {
  if (at >= payload.size()) return false;
  const std::uint8_t layers = payload[at++];
  descriptor.temporal_layer = layers >> 5;
  descriptor.switching_up_point = layers & 0x10;
  descriptor.spatial_layer = layers >> 1 & 0x07;
  descriptor.inter_layer_predicted = layers & 0x01;
  return descriptor.flexible_mode || descriptor.ids.takeTl0PicIdx(payload, at);
}

}  // namespace

std::expected<Vp9Descriptor, Drop> Vp9Descriptor::parse(Bytes payload) noexcept {
  const auto bad = std::unexpected(Drop::BadPayload);
  if (payload.empty()) return std::unexpected(Drop::EmptyPayload);

  Vp9Descriptor descriptor;
  const std::uint8_t flags = payload[0];
  descriptor.inter_picture_predicted = flags & 0x40;
  descriptor.flexible_mode = flags & 0x10;
  descriptor.starts_frame = flags & 0x08;
  descriptor.ends_frame = flags & 0x04;
  descriptor.has_scalability_structure = flags & 0x02;
  std::size_t at = 1;
  if (flags & 0x80 && !descriptor.ids.takePictureId(payload, at)) return bad;
  if (flags & 0x20 && !takeLayers(payload, at, descriptor)) return bad;
  if (at >= payload.size()) return bad;
  return descriptor;
}

}  // namespace ms::rtp
