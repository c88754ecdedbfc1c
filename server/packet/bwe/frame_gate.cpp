#include "server/packet/bwe/frame_gate.h"

#include <algorithm>

namespace ms::bwe {

void FrameGate::setLimit(std::optional<Bitrate> limit, Timestamp now) {
  if (limit_) {
    drain(now);
  } else {
    queued_bits_ = 0;
    drained_at_ = now;
    newest_.reset();
  }
  limit_ = limit;
  if (!limit_) queued_bits_ = 0;
}

bool FrameGate::weigh(const Packet& packet, Timestamp now) {
  drain(now);
  return is_open_ ? weighOpen(packet) : weighClosed(packet);
}

bool FrameGate::weighOpen(const Packet& packet) {
  // Late, of the pictures that were left out before the gate opened.
  if (opened_ && rtp::isNewer(*opened_, packet.timestamp)) return false;
  if (!newest_ || rtp::isNewer(packet.timestamp, *newest_)) {
    if (newest_ && isLongerThan(kCloseAt)) {
      is_open_ = false;
      closed_ = packet.timestamp;
      ++closings_;
      return false;
    }
    newest_ = packet.timestamp;
  }
  fill(packet);
  return true;
}

bool FrameGate::weighClosed(const Packet& packet) {
  if (rtp::isNewer(closed_, packet.timestamp)) {  // Late, of a picture that passed.
    fill(packet);
    return true;
  }
  if (!packet.starts_key_frame || isLongerThan(kOpenAt)) return false;
  is_open_ = true;
  opened_ = newest_ = packet.timestamp;
  fill(packet);
  return true;
}

void FrameGate::drain(Timestamp now) {
  const Duration elapsed =
      std::clamp(now - drained_at_, Duration(0), Duration(std::chrono::minutes(10)));
  drained_at_ = now;
  if (!limit_) return;
  queued_bits_ = std::max<std::int64_t>(queued_bits_ - **limit_ * elapsed.count() / 1'000'000, 0);
}

bool FrameGate::isLongerThan(Duration queue) const {
  return limit_ && queued_bits_ > **limit_ * queue.count() / 1'000'000;
}

bool FrameGate::takeKeyFrameRequest(Timestamp now) {
  if (is_open_ || isLongerThan(kOpenAt)) return false;
  if (requested_at_ && now - *requested_at_ < kKeyFrameSpacing) return false;
  requested_at_ = now;
  return true;
}

}  // namespace ms::bwe
