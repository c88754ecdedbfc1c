#include "server/packet/rtcp/sender_clock.h"

namespace ms::rtcp {

void SenderClock::onMapping(const ClockMapping& mapping) {
  if (last_ && last_->source == mapping.source) {
    mapping_ = mapping;
    return;
  }
  for (auto& other : others_) {
    if (other && other->source != mapping.source) continue;
    other = mapping;
    return;
  }
  others_[oldest_other_++ % others_.size()] = mapping;
}

void SenderClock::onSent(const Sent& sent, rtp::NtpTime now) {
  if (!last_ || last_->source != sent.source) {
    source_since_ = now;
    mapping_.reset();
    for (const auto& other : others_)
      if (other && other->source == sent.source) mapping_ = other;
  }
  last_ = sent;
  last_at_ = now;
}

std::optional<rtp::RtpTimestamp> SenderClock::timestampAt(rtp::NtpTime now) const {
  if (!last_) return std::nullopt;
  // What the rewriting adds to the timestamps of this source.
  const std::uint32_t offset = *last_->timestamp - *last_->source_timestamp;
  if (mapping_) return rtp::RtpTimestamp(*mapping_->at(now) + offset);
  if (now - source_since_ < kPatience) return std::nullopt;
  const ClockMapping by_arrival{.source = last_->source,
                                .ntp = last_at_,
                                .rtp = last_->timestamp,
                                .clock_rate = last_->clock_rate};
  return by_arrival.at(now);
}

}  // namespace ms::rtcp
