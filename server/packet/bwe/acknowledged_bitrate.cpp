#include "server/packet/bwe/acknowledged_bitrate.h"

#include <algorithm>

namespace ms::bwe {

void AcknowledgedBitrate::add(std::size_t bytes, Timestamp arrival) {
  constexpr auto kAll = static_cast<std::int64_t>(kBuckets);
  if (!first_ || arrival - newest_ > kMaxSilence) {
    first_ = arrival;
    newest_ = arrival;
    bytes_.fill(0);
  }
  const std::int64_t bucket = bucketAt(arrival);
  const std::int64_t newest = bucketAt(newest_);
  if (bucket <= newest - kAll) return;
  for (std::int64_t b = std::max(newest + 1, bucket - kAll + 1); b <= bucket; ++b)
    bytes_[place(b)] = 0;
  bytes_[place(bucket)] += static_cast<std::uint32_t>(bytes);
  newest_ = std::max(newest_, arrival);
}

std::optional<Bitrate> AcknowledgedBitrate::rate() const {
  if (!first_ || newest_ - *first_ < kLeastSpan) return std::nullopt;
  std::uint64_t sum = 0;
  for (const std::uint32_t bytes : bytes_) sum += bytes;
  const Duration begun = newest_.time_since_epoch() % kBucket;
  const Duration window = (kBuckets - 1) * kBucket + begun;
  const Duration span = std::clamp(newest_ - *first_, kLeastSpan, window);
  return Bitrate(
      static_cast<std::int64_t>(sum * 8'000'000 / static_cast<std::uint64_t>(span.count())));
}

std::optional<Bitrate> AcknowledgedBitrate::peak() const {
  if (!first_ || newest_ - *first_ < kLeastSpan) return std::nullopt;
  const std::int64_t newest = bucketAt(newest_);
  std::uint64_t sum = 0;
  std::uint64_t most = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    const std::int64_t bucket = newest - static_cast<std::int64_t>(kBuckets - 1 - i);
    sum += bytes_[place(bucket)];
    if (i >= kPeakBuckets) sum -= bytes_[place(bucket - static_cast<std::int64_t>(kPeakBuckets))];
    most = std::max(most, sum);
  }
  constexpr Duration kSpan = kPeakBuckets * kBucket;
  return Bitrate(static_cast<std::int64_t>(most * 8'000'000 / kSpan.count()));
}

}  // namespace ms::bwe
