#include "server/packet/bwe/overuse_detector.h"

#include <algorithm>
#include <cmath>

namespace ms::bwe {
namespace {

double milliseconds(Duration duration) { return static_cast<double>(duration.count()) / 1000; }

}  // namespace

LinkUse OveruseDetector::add(const GroupDelta& delta) {
  if (!first_arrival_) first_arrival_ = delta.arrival;
  const double now_ms = milliseconds(delta.arrival - *first_arrival_);
  deltas_ = std::min(deltas_ + 1, kMaxDeltas);
  accumulated_ms_ += milliseconds(delta.arrived - delta.sent);
  smoothed_ms_ = kSmoothing * smoothed_ms_ + (1 - kSmoothing) * accumulated_ms_;
  points_[next_] = {.arrival_ms = now_ms, .delay_ms = smoothed_ms_};
  next_ = (next_ + 1) % kWindow;
  count_ = std::min(count_ + 1, kWindow);
  const double current = count_ == kWindow ? slope() : 0;
  judge(current, milliseconds(delta.sent));
  adaptThreshold(deltas_ * current * kGain, now_ms);
  last_slope_ = current;
  return use_;
}

// Of the line with the least squares through the points; 0 when they are one above the other.
double OveruseDetector::slope() const {
  double arrival = 0;
  double delay = 0;
  for (const Point& point : points_) {
    arrival += point.arrival_ms / kWindow;
    delay += point.delay_ms / kWindow;
  }
  double numerator = 0;
  double denominator = 0;
  for (const Point& point : points_) {
    numerator += (point.arrival_ms - arrival) * (point.delay_ms - delay);
    denominator += (point.arrival_ms - arrival) * (point.arrival_ms - arrival);
  }
  return denominator > 0 ? numerator / denominator : 0;
}

// Overuse has to last, and to get worse, before it counts.
void OveruseDetector::judge(double slope, double sent_ms) {
  const double modified = deltas_ * slope * kGain;
  if (modified > threshold_) {
    over_for_ms_ = over_for_ms_ < 0 ? sent_ms / 2 : over_for_ms_ + sent_ms;
    ++over_count_;
    if (over_for_ms_ > kOveruseMs && over_count_ > 1 && slope >= last_slope_) {
      over_for_ms_ = 0;
      over_count_ = 0;
      use_ = LinkUse::Over;
    }
    return;
  }
  over_for_ms_ = -1;
  over_count_ = 0;
  use_ = modified < -threshold_ ? LinkUse::Under : LinkUse::Normal;
}

void OveruseDetector::adaptThreshold(double modified, double now_ms) {
  const double size = std::abs(modified);
  const double elapsed =
      last_adapted_ms_ < 0 ? 0 : std::clamp(now_ms - last_adapted_ms_, 0.0, 100.0);
  last_adapted_ms_ = now_ms;
  if (size > threshold_ + kMaxThresholdStep) return;
  const double speed = size < threshold_ ? kThresholdDown : kThresholdUp;
  threshold_ =
      std::clamp(threshold_ + speed * (size - threshold_) * elapsed, kMinThreshold, kMaxThreshold);
}

}  // namespace ms::bwe
