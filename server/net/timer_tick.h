// When a timer that need not be exact goes off: waiting for long ends on ticks that all share, so
// that the timers of a thousand peers wake their loop a few times per second and not each for
// itself. A wake-up costs more than what most of them do.
#pragma once

#include <chrono>

#include "server/base/units.h"

namespace ms::net {

// Short waits are for pacing and lost packets, which want to be exact.
inline constexpr Duration kExactBelow = std::chrono::milliseconds(64);
inline constexpr Duration kLongestTick = std::chrono::milliseconds(32);

// `due` or later, by at most an eighth of the wait and by less than kLongestTick. kNever stays.
constexpr Timestamp onTick(Timestamp due, Timestamp now) {
  if (due == kNever || due - now < kExactBelow) return due;
  Duration tick = kLongestTick;
  while (tick * 8 > due - now) tick /= 2;
  const auto since_tick = due.time_since_epoch() % tick;
  return since_tick == Duration(0) ? due : due + (tick - since_tick);
}

}  // namespace ms::net
