// The abs-send-time header extension (http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time):
// when a packet left, as 24 bits of 6.18 fixed-point seconds that wrap every 64 s. Receivers only
// use differences, so the clock of media does.
#pragma once

#include <cstdint>

#include "server/base/strong.h"
#include "server/base/units.h"

namespace ms::rtp {

using AbsSendTime = Strong<struct AbsSendTimeTag, std::uint32_t>;  // 0..0xffffff.

constexpr AbsSendTime toAbsSendTime(Timestamp time) {
  const auto us = static_cast<std::uint64_t>(time.time_since_epoch().count()) % 64'000'000;
  return AbsSendTime(static_cast<std::uint32_t>(((us << 18) + 500'000) / 1'000'000) & 0xffffff);
}

}  // namespace ms::rtp
