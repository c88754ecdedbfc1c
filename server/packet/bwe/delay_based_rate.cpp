#include "server/packet/bwe/delay_based_rate.h"

#include <algorithm>
#include <cmath>

namespace ms::bwe {
namespace {

constexpr double kPacketBits = 1200 * 8;
constexpr Duration kMaxElapsed = std::chrono::seconds(1);

double kbps(std::int64_t bits_per_second) { return static_cast<double>(bits_per_second) / 1000; }

}  // namespace

bool DelayBasedRate::update(const Input& input, Timestamp now) {
  const Duration elapsed = last_ ? std::clamp(now - *last_, Duration(0), kMaxElapsed) : Duration(0);
  last_ = now;
  switch (input.use) {
    case LinkUse::Over:
      // A cut takes a round trip to show.
      if (last_cut_ && now - *last_cut_ < input.round_trip_time + std::chrono::milliseconds(100))
        return false;
      decrease(input);
      last_cut_ = now;
      state_ = State::Hold;
      return true;
    case LinkUse::Under:
      state_ = State::Hold;  // The queue empties: wait until it has.
      return false;
    case LinkUse::Normal:
      if (state_ == State::Increase) increase(input, elapsed);
      state_ = State::Increase;
      return false;
  }
  return false;
}

void DelayBasedRate::increase(const Input& input, Duration elapsed) {
  const double seconds = static_cast<double>(elapsed.count()) / 1e6;
  double grown = static_cast<double>(rate_);
  if (input.acknowledged && capacity_kbps_) {
    const double acknowledged = kbps(**input.acknowledged);
    // Far above what it was: the link has changed.
    if (acknowledged > *capacity_kbps_ + 3 * std::sqrt(variance_ * *capacity_kbps_))
      capacity_kbps_.reset();
  }
  if (input.acknowledged && isNearCapacity(kbps(**input.acknowledged))) {
    const double response =
        static_cast<double>((input.round_trip_time + std::chrono::milliseconds(100)).count()) / 1e6;
    grown += std::max(kPacketBits / response, 4000.0) * seconds;
  } else {
    grown *= std::pow(kGrowthPerSecond, seconds);
  }
  auto limit = static_cast<std::int64_t>(grown);
  if (input.acknowledged) {
    const auto proven = static_cast<std::int64_t>(kMaxOverAcknowledged *
                                                  static_cast<double>(**input.acknowledged)) +
                        *kAlwaysAbove;
    limit = std::min(limit, proven);
  }
  rate_ = std::min(std::max({rate_, limit, *kFloor}), *kCeiling);
}

void DelayBasedRate::decrease(const Input& input) {
  double cut = kDecrease * static_cast<double>(rate_);
  if (input.acknowledged) {
    cut = std::min(cut, kDecrease * static_cast<double>(**input.acknowledged));
    noteCapacity(kbps(**input.acknowledged));
  }
  rate_ = std::max(static_cast<std::int64_t>(cut), *kFloor);
}

bool DelayBasedRate::isNearCapacity(double acknowledged) const {
  if (!capacity_kbps_) return false;
  return std::abs(acknowledged - *capacity_kbps_) < 3 * std::sqrt(variance_ * *capacity_kbps_);
}

void DelayBasedRate::noteCapacity(double acknowledged) {
  constexpr double kNewest = 0.05;
  if (capacity_kbps_ &&
      std::abs(acknowledged - *capacity_kbps_) > 3 * std::sqrt(variance_ * *capacity_kbps_))
    capacity_kbps_.reset();
  if (!capacity_kbps_) {
    capacity_kbps_ = acknowledged;
    return;
  }
  *capacity_kbps_ += kNewest * (acknowledged - *capacity_kbps_);
  const double error = *capacity_kbps_ - acknowledged;
  variance_ = (1 - kNewest) * variance_ + kNewest * error * error / std::max(*capacity_kbps_, 1.0);
  variance_ = std::clamp(variance_, 0.4, 2.5);
}

void DelayBasedRate::raiseTo(Bitrate rate) {
  if (*rate <= rate_) return;
  rate_ = std::min(*rate, *kCeiling);
  capacity_kbps_.reset();
}

}  // namespace ms::bwe
