// What loss says one may send (draft-ietf-rmcat-gcc-02 §6): less when more than a tenth is lost, as
// before up to that, more when hardly anything is. Loss that has nothing to do with the rate, as on
// radio links, stays below a tenth and limits nothing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "server/base/units.h"

namespace ms::bwe {

class LossLimit {
 public:
  static constexpr double kMany = 0.10;
  static constexpr double kFew = 0.02;
  static constexpr double kGrowth = 1.10;  // Per interval.
  static constexpr Duration kInterval = std::chrono::seconds(1);
  static constexpr double kNewest = 0.5;             // Weight of the last interval in what counts.
  static constexpr std::int64_t kLeastPackets = 20;  // Fewer say nothing.
  static constexpr Bitrate kFloor = Bitrate(30'000);

  // What feedback told since the last call; `now` is that of the feedback. `rate` is what was
  // allowed meanwhile. Returns true when the limit was cut.
  bool add(std::int64_t arrived, std::int64_t lost, Bitrate rate, Timestamp now);

  // A probe showed that so much passes.
  void raiseTo(Bitrate rate) {
    if (limit_) limit_ = std::max(*limit_, rate);
  }

  // Nothing while loss limits nothing.
  std::optional<Bitrate> limit() const { return limit_; }
  double fractionLost() const { return fraction_; }  // Of the last intervals, 0..1.

 private:
  std::int64_t arrived_ = 0;
  std::int64_t lost_ = 0;
  double fraction_ = 0;  // Smoothed: chance alone makes one interval look bad.
  std::optional<Bitrate> limit_;
  std::optional<Timestamp> since_;
};

}  // namespace ms::bwe
