#include "server/packet/rtp/key_frame_request_pacer.h"

namespace ms::rtp {

bool KeyFrameRequestPacer::takeRequest(Timestamp now) {
  if (now < nextTime()) return false;
  last_request_ = now;
  ++requests_;
  return true;
}

Timestamp KeyFrameRequestPacer::nextTime() const {
  if (!wanted_) return kNever;
  return last_request_ ? *last_request_ + kMinSpacing : Timestamp::min();
}

}  // namespace ms::rtp
