// The bitrate of the last second, in fixed memory: a ring of short buckets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "server/base/units.h"

namespace ms::rtp {

class ReceiveRate {
 public:
  static constexpr Duration kBucket = std::chrono::milliseconds(20);
  static constexpr std::size_t kBuckets = 50;

  void add(std::size_t bytes, Timestamp now);

  // Over the last second, or since the first packet when that is less (but at least 200 ms).
  Bitrate rate(Timestamp now) const;

 private:
  static std::int64_t bucketAt(Timestamp time) { return time.time_since_epoch() / kBucket; }

  std::array<std::uint64_t, kBuckets> bytes_{};
  std::int64_t newest_ = 0;  // The bucket that was last added to.
  std::optional<Timestamp> first_;
};

}  // namespace ms::rtp
