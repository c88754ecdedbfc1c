#include "server/packet/rtcp/report_scheduler.h"

#include <algorithm>
#include <utility>

namespace ms::rtcp {

ReportScheduler::ReportScheduler(Random random, Timestamp now)
    : random_(std::move(random)), next_(now) {
  // RFC 3550 §6.2: the first one comes after half the minimum, so that joining members spread.
  next_ = now + interval() / 2;
}

void ReportScheduler::onSent(std::size_t bytes, Timestamp now) {
  const auto latest = static_cast<std::int64_t>(bytes);
  if (average_bytes_x16_ == 0)
    average_bytes_x16_ = latest * 16;
  else
    average_bytes_x16_ += latest - average_bytes_x16_ / 16;
  next_ = now + interval();
}

// RFC 3550 §6.3.1, with its random factor 0.5..1.5 moved to 1..1.5 so that the minimum is one.
Duration ReportScheduler::interval() {
  Duration base = kMinInterval;
  const std::int64_t rtcp_bits_per_second = *bandwidth_ / kBandwidthShare;
  if (rtcp_bits_per_second > 0) {
    const std::int64_t bits = average_bytes_x16_ / 16 * 8 * kMembers;
    base =
        std::clamp(Duration(bits * 1'000'000 / rtcp_bits_per_second), kMinInterval, kMaxInterval);
  }
  const Duration spread = base / 2;
  return base + Duration(static_cast<std::int64_t>(
                    static_cast<std::uint64_t>(spread.count()) * random_() >> 32));
}

}  // namespace ms::rtcp
