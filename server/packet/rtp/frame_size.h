// Width and height of a video, as the first packet of a key frame tells them.
#pragma once

#include <cstdint>
#include <optional>

#include "server/base/bytes.h"
#include "server/packet/rtp/types.h"

namespace ms::rtp {

struct FrameSize {
  std::uint16_t width = 0;
  std::uint16_t height = 0;

  friend bool operator==(const FrameSize&, const FrameSize&) = default;
};

// Of a packet that isKeyFrameStart(): VP8 (RFC 6386 §9.1, scaling left off). Other codecs tell
// their size in entropy-coded headers, which nothing here reads: nothing for them.
std::optional<FrameSize> frameSizeOf(Codec codec, Bytes payload) noexcept;

}  // namespace ms::rtp
