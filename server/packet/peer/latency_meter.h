// How long packets took until some point on their way: an average of the last hundred or so.
#pragma once

#include <chrono>
#include <optional>

#include "server/base/units.h"

namespace ms::peer {

// The present moment, more exactly than the time of a call says it, or nothing to measure with.
using LatencyClock = Timestamp (*)();

class LatencyMeter {
 public:
  using Nanoseconds = std::chrono::duration<double, std::nano>;

  void add(Duration latency) {
    constexpr double kWeight = 1.0 / 64;
    const Nanoseconds value(latency);
    average_ = average_ ? *average_ + (value - *average_) * kWeight : value;
  }
  void clear() { average_.reset(); }
  // Nothing before the first packet.
  std::optional<Nanoseconds> average() const { return average_; }

 private:
  std::optional<Nanoseconds> average_;
};

}  // namespace ms::peer
