#include "server/frame/due_times.h"

#include <algorithm>

#include "server/packet/rtp/sequence.h"

namespace ms::frame {
namespace {

Duration span(rtp::RtpTimestamp from, rtp::RtpTimestamp to, std::uint32_t clock_rate) {
  return Duration(std::int64_t{rtp::distance(from, to)} * 1'000'000 / clock_rate);
}

}  // namespace

void DueTimes::onMapping(const rtcp::ClockMapping& mapping) {
  std::erase_if(mappings_, [&](const auto& kept) { return kept.source == mapping.source; });
  if (mappings_.size() == kMaxMappings) mappings_.erase(mappings_.begin());
  mappings_.push_back(mapping);
}

Timestamp DueTimes::dueOf(const Packet& packet) {
  const bool is_same_stream = last_ && last_->ssrc == packet.ssrc;
  if (is_same_stream && last_->timestamp == packet.timestamp) return last_->due;
  if (!is_same_stream) begin_ = Placed{packet.ssrc, packet.timestamp, packet.arrival};
  const Timestamp target = told(packet);
  Timestamp due = is_same_stream ? slewed(packet, target) : target;
  if (last_) due = std::max(due, last_->due + kMinStep);
  last_ = Placed{packet.ssrc, packet.timestamp, due};
  return due;
}

// By the last report, or by arrival.
Timestamp DueTimes::told(const Packet& packet) {
  const auto is_near = [&](Timestamp due) {
    return std::chrono::abs(due - packet.arrival) <= kMaxDistance;
  };
  const auto mapping = std::ranges::find(mappings_, packet.ssrc, &rtcp::ClockMapping::source);
  if (mapping != mappings_.end()) {
    const Timestamp epoch{};
    const Timestamp due = epoch + (mapping->ntp - clock_.at(epoch)) +
                          span(mapping->rtp, packet.timestamp, packet.clock_rate);
    if (is_near(due)) return due;
    mappings_.erase(mapping);
  }
  const Timestamp due = begin_->due + span(begin_->timestamp, packet.timestamp, packet.clock_rate);
  if (is_near(due)) return due;
  begin_ = Placed{packet.ssrc, packet.timestamp, packet.arrival};
  return packet.arrival;
}

// On the way from where the last frame was to `target`.
Timestamp DueTimes::slewed(const Packet& packet, Timestamp target) const {
  const Duration step = span(last_->timestamp, packet.timestamp, packet.clock_rate);
  const Timestamp steady = last_->due + step;
  const Duration error = target - steady;
  if (step < Duration(0) || step > kMaxDistance || error > kMaxSlew) return target;
  const Duration limit = step / kSlewDivisor;
  return steady + std::clamp(error, -limit, limit);
}

}  // namespace ms::frame
