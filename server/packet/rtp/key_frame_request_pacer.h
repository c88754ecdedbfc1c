// Turns the key frame wishes of any number of viewers into at most one request per second to the
// source, repeated until a key frame comes. Driven by the source's endpoint.
#pragma once

#include <cstdint>
#include <optional>

#include "server/base/units.h"

namespace ms::rtp {

class KeyFrameRequestPacer {
 public:
  static constexpr Duration kMinSpacing = std::chrono::seconds(1);

  // Somebody wants a key frame (a PLI or FIR came, a sink was connected, a gap is too large).
  void want() { wanted_ = true; }

  // A key frame of the source begins: every wish is fulfilled.
  void onKeyFrameStart() { wanted_ = false; }

  // True when a request must be sent now; counts it as sent.
  bool takeRequest(Timestamp now);
  // When takeRequest() may next be true; kNever when nothing is wanted. In the past = now.
  Timestamp nextTime() const;

  bool isWanted() const { return wanted_; }
  std::uint64_t requests() const { return requests_; }

 private:
  bool wanted_ = false;
  std::optional<Timestamp> last_request_;
  std::uint64_t requests_ = 0;
};

}  // namespace ms::rtp
