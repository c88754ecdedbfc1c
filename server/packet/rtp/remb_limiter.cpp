#include "server/packet/rtp/remb_limiter.h"

#include <algorithm>

namespace ms::rtp {

void RembLimiter::set(ViewerId viewer, Bitrate remb, const Bounds& bounds, Timestamp now) {
  const Bitrate bitrate = clampRemb(remb, bounds);
  const auto found = std::ranges::find(entries_, viewer, &Entry::viewer);
  if (found != entries_.end()) {
    *found = {viewer, bitrate, now};
    return;
  }
  if (entries_.size() < kMaxViewers) entries_.push_back({viewer, bitrate, now});
}

void RembLimiter::remove(ViewerId viewer) {
  std::erase_if(entries_, [viewer](const Entry& entry) { return entry.viewer == viewer; });
}

std::optional<Bitrate> RembLimiter::limit(Timestamp now) {
  std::erase_if(entries_, [now](const Entry& entry) { return now - entry.at >= kForgottenAfter; });
  if (entries_.empty()) return std::nullopt;
  return std::ranges::max(entries_, {}, &Entry::bitrate).bitrate;
}

Bitrate clampRemb(Bitrate remb, const RembLimiter::Bounds& bounds) {
  const Bitrate raised = std::max(remb, bounds.min);
  return *bounds.max > 0 ? std::min(raised, bounds.max) : raised;
}

}  // namespace ms::rtp
