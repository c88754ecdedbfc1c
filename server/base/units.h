// Time and rate, as the packet plane is given them: nothing here reads a clock.
#pragma once

#include <chrono>
#include <cstdint>

#include "server/base/strong.h"

namespace ms {

using Duration = std::chrono::microseconds;

// The monotonic clock of media: its epoch means nothing, only differences do. Loop::now() reads it;
// tests make it up.
struct MediaClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MediaClock>;
  static constexpr bool is_steady = true;
};
using Timestamp = MediaClock::time_point;

inline constexpr Timestamp kNever = Timestamp::max();

using Bitrate = Strong<struct BitrateTag, std::int64_t>;  // Bits per second.

}  // namespace ms
