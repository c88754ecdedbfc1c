#include "server/packet/rtp/key_frame_request_pacer.h"

#include <algorithm>

namespace ms::rtp {

bool KeyFrameRequestPacer::takeRequest(Timestamp now) {
  if (now < nextTime()) return false;
  spaced_until_ = (last_request_ ? std::max(spaced_until_, now) : now) + kSpacing;
  last_request_ = now;
  is_unanswered_ = true;
  ++requests_;
  return true;
}

Timestamp KeyFrameRequestPacer::nextTime() const {
  if (!wanted_) return kNever;
  if (!last_request_) return Timestamp::min();
  if (is_unanswered_) return *last_request_ + kSpacing;
  return std::max(*last_request_ + kMinSpacing, spaced_until_ - (kBurst - 1) * kSpacing);
}

}  // namespace ms::rtp
