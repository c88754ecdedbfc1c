// Counts the frames of a video stream: packets of one frame have one timestamp (RFC 6184 §5.1,
// RFC 7741 §4.1 and their like). Late packets of a former frame count for nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "server/base/units.h"
#include "server/packet/rtp/sequence.h"
#include "server/packet/rtp/types.h"

namespace ms::rtp {

class FrameCounter {
 public:
  static constexpr Duration kInterval = std::chrono::seconds(1);

  void add(RtpTimestamp timestamp, Timestamp now) {
    if (newest_ && !isNewer(timestamp, *newest_)) return;
    newest_ = timestamp;
    if (now - interval_begin_ >= kInterval) {
      last_rate_ = rateOf(frames_ - frames_at_begin_, now - interval_begin_);
      interval_begin_ = now;
      frames_at_begin_ = frames_;
    }
    ++frames_;
  }

  std::uint64_t frames() const { return frames_; }
  // Of the last full interval; 0 during the first one, and when none came for two.
  double perSecond(Timestamp now) const {
    return now - interval_begin_ < 2 * kInterval ? last_rate_ : 0;
  }

 private:
  static double rateOf(std::uint64_t frames, Duration time) {
    return time < 2 * kInterval
               ? static_cast<double>(frames) / std::chrono::duration<double>(time).count()
               : 0;
  }

  std::optional<RtpTimestamp> newest_;
  std::uint64_t frames_ = 0;
  std::uint64_t frames_at_begin_ = 0;
  Timestamp interval_begin_{};
  double last_rate_ = 0;
};

}  // namespace ms::rtp
