#include "server/packet/rtcp/source_clock.h"

#include <algorithm>

namespace ms::rtcp {

rtp::RtpTimestamp ClockMapping::at(rtp::NtpTime time) const {
  const std::int64_t us = (time - ntp).count();
  const std::int64_t half = us >= 0 ? 500'000 : -500'000;
  const std::int64_t ticks = (us * clock_rate + half) / 1'000'000;
  return rtp::RtpTimestamp(*rtp + static_cast<std::uint32_t>(ticks));
}

ClockMapping SourceClock::onSenderReport(const Report& report, rtp::NtpTime now) {
  const Duration offset = now - report.ntp;
  if (!offset_ || offset - *offset_ > kStep || *offset_ - offset > kStep)
    offset_ = offset;
  else if (offset < *offset_)
    offset_ = offset;  // Came faster than any before.
  else
    offset_ = std::min(offset, *offset_ + kMaxDrift);
  return {.source = report.source,
          .ntp = report.ntp + *offset_,
          .rtp = report.rtp,
          .clock_rate = report.clock_rate};
}

}  // namespace ms::rtcp
