// How fast encoders may be, in bit/s. Source: config.md, MediaElement.conf.ini.
#pragma once

#include <algorithm>

#include "server/base/units.h"

namespace ms::frame {

struct EncoderBitrates {
  Bitrate initial = Bitrate(300'000);
  Bitrate min = Bitrate(0);
  Bitrate max = Bitrate(0);  // 0: no limit.

  friend bool operator==(const EncoderBitrates&, const EncoderBitrates&) = default;
};

// When the limits contradict each other, max counts.
inline Bitrate withinLimits(Bitrate bitrate, const EncoderBitrates& limits) {
  bitrate = std::max(bitrate, limits.min);
  return *limits.max > 0 ? std::min(bitrate, limits.max) : bitrate;
}

}  // namespace ms::frame
