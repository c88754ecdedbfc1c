#include "server/packet/rtp/frame_size.h"

#include <algorithm>
#include <array>

#include "server/packet/rtp/vp8_descriptor.h"

namespace ms::rtp {
namespace {

constexpr std::array<std::uint8_t, 3> kVp8StartCode{0x9d, 0x01, 0x2a};
constexpr std::size_t kVp8FrameTagBytes = 3;
constexpr std::uint16_t kVp8SizeMask = 0x3fff;

std::uint16_t loadLe16(Bytes bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] | bytes[at + 1] << 8);
}

}  // namespace

// Frame tag, start code, then 14 bits of width and of height with 2 bits of scaling each.
std::optional<FrameSize> frameSizeOf(Codec codec, Bytes payload) noexcept {
  if (codec != Codec::Vp8) return std::nullopt;
  const auto descriptor = Vp8Descriptor::parse(payload);
  if (!descriptor || !descriptor->starts_key_frame) return std::nullopt;
  const Bytes frame = payload.subspan(descriptor->bytes);
  constexpr std::size_t kSizeAt = kVp8FrameTagBytes + kVp8StartCode.size();
  if (frame.size() < kSizeAt + 4 ||
      !std::ranges::equal(frame.subspan(kVp8FrameTagBytes, kVp8StartCode.size()), kVp8StartCode))
    return std::nullopt;
  return FrameSize{
      .width = static_cast<std::uint16_t>(loadLe16(frame, kSizeAt) & kVp8SizeMask),
      .height = static_cast<std::uint16_t>(loadLe16(frame, kSizeAt + 2) & kVp8SizeMask)};
}

}  // namespace ms::rtp
