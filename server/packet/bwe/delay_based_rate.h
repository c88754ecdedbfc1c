// What the delay says one may send (draft-ietf-rmcat-gcc-02 §5.5): down to a part of what arrives
// when the queue grows, up again otherwise: slowly where the link was full last, by a factor far
// from it.
#pragma once

#include <algorithm>
#include <optional>

#include "server/base/units.h"
#include "server/packet/bwe/overuse_detector.h"

namespace ms::bwe {

class DelayBasedRate {
 public:
  static constexpr Bitrate kFloor = Bitrate(30'000);
  static constexpr Bitrate kCeiling = Bitrate(1'000'000'000);
  static constexpr double kDecrease = 0.85;
  static constexpr double kGrowthPerSecond = 1.15;
  // What does not flow proves nothing: never beyond this multiple of what arrives.
  static constexpr double kMaxOverAcknowledged = 1.5;
  static constexpr Bitrate kAlwaysAbove = Bitrate(10'000);

  explicit DelayBasedRate(Bitrate start) : rate_(*start) {}

  struct Input {
    LinkUse use = LinkUse::Normal;
    std::optional<Bitrate> acknowledged;
    Duration round_trip_time = std::chrono::milliseconds(200);
  };
  // Returns true when it was cut.
  bool update(const Input& input, Timestamp now);
  // A probe showed that so much passes.
  void raiseTo(Bitrate rate);
  // Not because of the delay: what the link's capacity is stays known.
  void reduceTo(Bitrate rate) { rate_ = std::clamp(*rate, *kFloor, rate_); }

  Bitrate rate() const { return Bitrate(rate_); }

 private:
  enum class State { Hold, Increase, Decrease };

  void increase(const Input& input, Duration elapsed);
  void decrease(const Input& input);
  bool isNearCapacity(double acknowledged) const;
  void noteCapacity(double acknowledged);

  std::int64_t rate_;
  State state_ = State::Increase;
  std::optional<Timestamp> last_;
  std::optional<Timestamp> last_cut_;
  // Of what arrived when the link was full: mean, and variance relative to the mean.
  std::optional<double> capacity_kbps_;
  double variance_ = 0.4;
};

}  // namespace ms::bwe
