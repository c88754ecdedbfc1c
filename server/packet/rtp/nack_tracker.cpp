#include "server/packet/rtp/nack_tracker.h"

#include <algorithm>
#include <utility>

namespace ms::rtp {

NackTracker::NackTracker() { missing_.reserve(kMaxMissing); }

NackTracker::Arrival NackTracker::receive(SequenceNumber number, Timestamp now) {
  if (!started_) {
    started_ = true;
    newest_ = *number;
    return Arrival::InOrder;
  }
  const std::int64_t sequence = unwrap(number);
  if (sequence > newest_) {
    trackGap(newest_ + 1, sequence, now);
    newest_ = sequence;
    return Arrival::InOrder;
  }
  const auto found = find(sequence);
  if (found == missing_.end()) return Arrival::Unasked;
  if (found->requests > 0) ++recovered_;
  missing_.erase(found);
  return Arrival::Recovered;
}

bool NackTracker::isMissing(SequenceNumber number) const {
  return started_ && find(unwrap(number)) != missing_.end();
}

std::vector<NackTracker::Missing>::const_iterator NackTracker::find(std::int64_t sequence) const {
  const auto found = std::ranges::lower_bound(missing_, sequence, {}, &Missing::sequence);
  return found != missing_.end() && found->sequence == sequence ? found : missing_.end();
}

void NackTracker::setRtt(Duration rtt) { rtt_ = std::clamp(rtt, Duration(0), kMaxRtt); }

void NackTracker::restart() {
  started_ = false;
  missing_.clear();
}

void NackTracker::onKeyFrameStart(SequenceNumber number) {
  if (!started_) return;
  const auto end = std::ranges::lower_bound(missing_, unwrap(number), {}, &Missing::sequence);
  missing_.erase(missing_.begin(), end);
}

std::size_t NackTracker::poll(Timestamp now, std::span<SequenceNumber> out) {
  const auto given_up = std::erase_if(missing_, [&](const Missing& missing) {
    return now - missing.noticed >= kMaxAge ||
           (missing.requests >= kMaxRequests && isDue(missing, now));
  });
  given_up_ += given_up;
  if (given_up > 0) key_frame_wanted_ = true;

  std::size_t count = 0;
  for (Missing& missing : missing_) {
    if (count == out.size()) break;
    if (!isDue(missing, now)) continue;
    missing.asked = now;
    ++missing.requests;
    out[count++] = SequenceNumber(static_cast<std::uint16_t>(missing.sequence));
  }
  requested_ += count;
  return count;
}

Timestamp NackTracker::nextTime() const {
  Timestamp next = kNever;
  for (const Missing& missing : missing_) next = std::min(next, dueTime(missing));
  return next;
}

bool NackTracker::takeKeyFrameRequest() { return std::exchange(key_frame_wanted_, false); }

// The value nearest to the newest.
std::int64_t NackTracker::unwrap(SequenceNumber number) const {
  return newest_ + distance(SequenceNumber(static_cast<std::uint16_t>(newest_)), number);
}

void NackTracker::trackGap(std::int64_t from, std::int64_t to, Timestamp now) {
  const auto gap = static_cast<std::size_t>(to - from);
  if (missing_.size() + gap > kMaxMissing) {
    given_up_ += missing_.size() + gap;
    missing_.clear();
    key_frame_wanted_ = true;
    return;
  }
  for (std::int64_t sequence = from; sequence < to; ++sequence)
    missing_.push_back({.sequence = sequence, .noticed = now, .asked = now, .requests = 0});
}

bool NackTracker::isDue(const Missing& missing, Timestamp now) const {
  return now >= dueTime(missing);
}

Timestamp NackTracker::dueTime(const Missing& missing) const {
  if (missing.requests > 0) return std::min(missing.asked + spacing(), missing.noticed + kMaxAge);
  const bool proved = newest_ - missing.sequence >= kReorderPackets;
  return proved ? missing.noticed : missing.noticed + kReorderTime;
}

Duration NackTracker::spacing() const { return std::max(rtt_, kMinSpacing); }

}  // namespace ms::rtp
