// When the next packet may leave, so that a burst (a key frame) reaches a narrow path a little
// above its estimate and not all at once (draft-ietf-rmcat-gcc-02 §4).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "server/base/units.h"

namespace ms::bwe {

class PacingBudget {
 public:
  // Of the estimate. Not more: what is thinned comes in bursts, and each would fill the path's
  // queue.
  static constexpr double kFactor = 1.25;
  // What may leave at once after a silence: at least two full packets.
  static constexpr Duration kBurst = std::chrono::milliseconds(10);
  static constexpr std::int64_t kLeastBurstBits = 2 * 1200 * 8;

  // Nothing: no pacing.
  void setEstimate(std::optional<Bitrate> estimate) {
    if (!estimate) {
      rate_ = 0;
      debt_bits_ = 0;
      return;
    }
    rate_ = std::max<std::int64_t>(
        static_cast<std::int64_t>(kFactor * static_cast<double>(**estimate)), 10'000);
  }
  bool isActive() const { return rate_ > 0; }

  bool maySend(Timestamp now) {
    drain(now);
    return debt_bits_ < burstBits();
  }
  void onSent(std::size_t bytes, Timestamp now) {
    if (!isActive()) return;
    drain(now);
    debt_bits_ += static_cast<std::int64_t>(bytes) * 8;
  }
  // When maySend() is true next; `now` or earlier when it is.
  Timestamp nextTime() const {
    const std::int64_t over = debt_bits_ - burstBits() + 1;
    if (!isActive() || over <= 0) return drained_at_;
    return drained_at_ + Duration((over * 1'000'000 + rate_ - 1) / rate_);
  }

 private:
  std::int64_t burstBits() const {
    return std::max(rate_ * kBurst.count() / 1'000'000, kLeastBurstBits);
  }
  void drain(Timestamp now) {
    const Duration elapsed = std::max(now - drained_at_, Duration(0));
    drained_at_ = std::max(drained_at_, now);
    debt_bits_ = std::max<std::int64_t>(
        debt_bits_ - rate_ * std::min<std::int64_t>(elapsed.count(), 10'000'000) / 1'000'000, 0);
  }

  std::int64_t rate_ = 0;  // Bit/s; 0: no pacing.
  std::int64_t debt_bits_ = 0;
  Timestamp drained_at_{};
};

}  // namespace ms::bwe
