// How much of what was sent arrives, by feedback, over the last half second: buckets on the
// receiver's clock, in fixed memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "server/base/units.h"

namespace ms::bwe {

class AcknowledgedBitrate {
 public:
  static constexpr Duration kBucket = std::chrono::milliseconds(25);
  static constexpr std::size_t kBuckets = 20;
  static constexpr std::size_t kPeakBuckets = 8;
  // After a longer silence the measuring begins anew.
  static constexpr Duration kMaxSilence = std::chrono::seconds(1);
  static constexpr Duration kLeastSpan = std::chrono::milliseconds(250);

  void add(std::size_t bytes, Timestamp arrival);

  // Nothing until kLeastSpan has been seen.
  std::optional<Bitrate> rate() const;
  // Of the best kPeakBuckets in a row: what passed while there was something to send.
  std::optional<Bitrate> peak() const;

 private:
  static std::int64_t bucketAt(Timestamp time) { return time.time_since_epoch() / kBucket; }
  static std::size_t place(std::int64_t bucket) {
    return static_cast<std::size_t>(bucket) % kBuckets;
  }

  std::array<std::uint32_t, kBuckets> bytes_{};
  std::optional<Timestamp> first_;
  Timestamp newest_{};
};

}  // namespace ms::bwe
