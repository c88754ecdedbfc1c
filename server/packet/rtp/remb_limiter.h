// What bitrate to ask of a source, given what its viewers can take: what the best of them can
// (docs/decisions/0009-whose-estimate-rules.md). One value per viewer, kept while it is fresh.
// Driven by the source's endpoint, told by its sinks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "server/base/strong.h"
#include "server/base/units.h"

namespace ms::rtp {

// Whoever links sources to sinks numbers the sinks.
using ViewerId = Strong<struct ViewerIdTag, std::uint64_t>;

class RembLimiter {
 public:
  static constexpr Duration kForgottenAfter = std::chrono::seconds(10);
  static constexpr std::size_t kMaxViewers = 4096;  // More are not listened to.

  // A viewer's REMB, first clamped to its endpoint's [min, max] send bandwidth; max 0 = no limit.
  struct Bounds {
    Bitrate min;
    Bitrate max;
  };
  void set(ViewerId viewer, Bitrate remb, const Bounds& bounds, Timestamp now);
  void remove(ViewerId viewer);

  // Nothing when no viewer said anything lately.
  std::optional<Bitrate> limit(Timestamp now);

  std::size_t viewers() const { return entries_.size(); }

 private:
  struct Entry {
    ViewerId viewer;
    Bitrate bitrate;
    Timestamp at;
  };

  std::vector<Entry> entries_;
};

// `remb` within `bounds`; when they contradict each other, max counts.
Bitrate clampRemb(Bitrate remb, const RembLimiter::Bounds& bounds);

}  // namespace ms::rtp
