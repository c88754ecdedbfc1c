// Whether the queue in front of the narrowest link grows: the slope of the one-way delay over the
// last groups of packets, against a threshold that adapts to how noisy the path is
// (draft-ietf-rmcat-gcc-02 §5.3 and §5.4, with a line fitted instead of the Kalman filter).
#pragma once

#include <array>
#include <cstddef>

#include "server/packet/bwe/arrival_groups.h"

namespace ms::bwe {

enum class LinkUse : std::uint8_t { Normal, Over, Under };

class OveruseDetector {
 public:
  static constexpr std::size_t kWindow = 20;  // Groups.
  static constexpr double kSmoothing = 0.9;
  static constexpr double kGain = 4;
  static constexpr int kMaxDeltas = 60;
  // Threshold, in ms, and how it follows what is measured, per ms.
  static constexpr double kFirstThreshold = 12.5;
  static constexpr double kMinThreshold = 6;
  static constexpr double kMaxThreshold = 600;
  static constexpr double kThresholdUp = 0.0087;
  static constexpr double kThresholdDown = 0.039;
  static constexpr double kMaxThresholdStep = 15;  // Beyond it a spike, which teaches nothing.
  static constexpr double kOveruseMs = 10;         // For so long before it is called so.

  LinkUse add(const GroupDelta& delta);
  LinkUse use() const { return use_; }

 private:
  struct Point {
    double arrival_ms = 0;
    double delay_ms = 0;
  };

  double slope() const;
  void judge(double slope, double sent_ms);
  void adaptThreshold(double modified, double now_ms);

  std::array<Point, kWindow> points_{};
  std::size_t count_ = 0;
  std::size_t next_ = 0;
  int deltas_ = 0;
  std::optional<Timestamp> first_arrival_;
  double accumulated_ms_ = 0;
  double smoothed_ms_ = 0;
  double threshold_ = kFirstThreshold;
  double last_adapted_ms_ = -1;
  double last_slope_ = 0;
  double over_for_ms_ = -1;
  int over_count_ = 0;
  LinkUse use_ = LinkUse::Normal;
};

}  // namespace ms::bwe
