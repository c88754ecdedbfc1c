#include "server/packet/rtp/receive_rate.h"

#include <algorithm>

namespace ms::rtp {
namespace {

constexpr Duration kLeastSpan = std::chrono::milliseconds(200);

std::size_t slot(std::int64_t bucket) {
  constexpr auto kSlots = static_cast<std::int64_t>(ReceiveRate::kBuckets);
  return static_cast<std::size_t>((bucket % kSlots + kSlots) % kSlots);
}

}  // namespace

void ReceiveRate::add(std::size_t bytes, Timestamp now) {
  const std::int64_t bucket = bucketAt(now);
  if (!first_) {
    first_ = now;
    newest_ = bucket;
  }
  if (bucket - newest_ >= static_cast<std::int64_t>(kBuckets)) {
    bytes_.fill(0);
    newest_ = bucket;
  }
  while (newest_ < bucket) bytes_[slot(++newest_)] = 0;
  bytes_[slot(newest_)] += bytes;
}

Bitrate ReceiveRate::rate(Timestamp now) const {
  if (!first_) return Bitrate(0);
  const std::int64_t oldest = bucketAt(now) - static_cast<std::int64_t>(kBuckets) + 1;
  std::uint64_t sum = 0;
  for (std::int64_t b = std::max(oldest, newest_ - static_cast<std::int64_t>(kBuckets) + 1);
       b <= newest_; ++b)
    sum += bytes_[slot(b)];

  const Duration window = now.time_since_epoch() - oldest * kBucket;
  const Duration span = std::clamp(now - *first_, kLeastSpan, std::max(window, kLeastSpan));
  return Bitrate(
      static_cast<std::int64_t>(sum * 8 * 1'000'000 / static_cast<std::uint64_t>(span.count())));
}

}  // namespace ms::rtp
