// Turns the key frame wishes of any number of viewers into few requests to the source: one per
// second in the long run, a few more when many viewers join at once and each waits for a picture.
// An unanswered request is repeated. Driven by the source's endpoint.
#pragma once

#include <cstdint>
#include <optional>

#include "server/base/units.h"

namespace ms::rtp {

class KeyFrameRequestPacer {
 public:
  // Between requests in the long run, and before an unanswered one is repeated.
  static constexpr Duration kSpacing = std::chrono::seconds(1);
  // Between answered ones, while not more than kBurst came sooner than kSpacing allows.
  static constexpr Duration kMinSpacing = std::chrono::milliseconds(250);
  static constexpr int kBurst = 4;

  // Somebody wants a key frame (a PLI or FIR came, a sink was connected, a gap is too large).
  void want() { wanted_ = true; }

  // A key frame of the source begins: every wish is fulfilled.
  void onKeyFrameStart() { wanted_ = is_unanswered_ = false; }

  // True when a request must be sent now; counts it as sent.
  bool takeRequest(Timestamp now);
  // When takeRequest() may next be true; kNever when nothing is wanted. In the past = now.
  Timestamp nextTime() const;

  bool isWanted() const { return wanted_; }
  std::uint64_t requests() const { return requests_; }

 private:
  bool wanted_ = false;
  bool is_unanswered_ = false;
  std::optional<Timestamp> last_request_;
  Timestamp spaced_until_{};  // Where the requests so far would end, each taking kSpacing.
  std::uint64_t requests_ = 0;
};

}  // namespace ms::rtp
