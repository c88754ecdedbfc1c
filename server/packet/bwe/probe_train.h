// A few packets sent one behind the other, to see how fast the narrowest link lets them through:
// the only way to know of bandwidth that the media at hand do not use.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "server/base/units.h"

namespace ms::bwe {

class ProbeTrain {
 public:
  static constexpr std::size_t kPackets = 10;
  static constexpr std::size_t kLeastArrived = 6;
  // Feedback that has not come after that will not.
  static constexpr Duration kPatience = std::chrono::seconds(2);
  // Of what was measured, for other traffic on the link.
  static constexpr double kUtilization = 0.9;

  // `target`: more need not be shown.
  void begin(Bitrate target, Timestamp now) {
    *this = {};
    target_ = target;
    begun_ = now;
  }
  bool isRunning() const { return begun_.has_value(); }

  void onArrived(std::size_t bytes, Timestamp arrival) {
    ++told_;
    if (arrived_++ == 0) {
      first_ = last_ = arrival;
      return;  // The time between the first and the last is that of all the others.
    }
    first_ = std::min(first_, arrival);
    last_ = std::max(last_, arrival);
    bytes_ += bytes;
  }
  void onLost() { ++told_; }

  // Ends the train when all is told, or too late. Nothing while it runs; 0 when too little arrived.
  std::optional<Bitrate> poll(Timestamp now) {
    if (!begun_ || (told_ < kPackets && now - *begun_ < kPatience)) return std::nullopt;
    begun_.reset();
    if (arrived_ < kLeastArrived) return Bitrate(0);
    const Duration span = std::max(last_ - first_, Duration(250));
    const double rate =
        kUtilization * static_cast<double>(bytes_) * 8e6 / static_cast<double>(span.count());
    return std::min(target_, Bitrate(static_cast<std::int64_t>(rate)));
  }

 private:
  Bitrate target_{0};
  std::optional<Timestamp> begun_;
  std::size_t told_ = 0;
  std::size_t arrived_ = 0;
  std::size_t bytes_ = 0;
  Timestamp first_{};
  Timestamp last_{};
};

}  // namespace ms::bwe
