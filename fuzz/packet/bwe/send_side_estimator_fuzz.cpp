// A peer that gives whatever feedback it likes on what it was sent, at whatever times: the estimate
// stays within its bounds, and the gate and the pacing that follow it let something through again.
#include "server/packet/bwe/send_side_estimator.h"

#include <algorithm>
#include <cstdlib>

#include "server/packet/bwe/frame_gate.h"
#include "server/packet/bwe/pacing_budget.h"
#include "server/packet/rtcp/packet_view.h"

namespace {

using namespace ms;
using namespace ms::bwe;

void check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes input(data, size);
  const auto take = [&](std::size_t bytes) {
    const Bytes taken = input.first(std::min(bytes, input.size()));
    input = input.subspan(taken.size());
    return taken;
  };
  SendSideEstimator estimator;
  FrameGate gate;
  PacingBudget pacing;
  Timestamp now(std::chrono::seconds(1000));
  std::uint16_t number = 0;
  while (input.size() >= 2) {
    const std::uint8_t what = take(1)[0];
    const std::uint8_t much = take(1)[0];
    now += Duration(what) * much * 10;
    if (what % 4 != 0) {
      const auto purpose =
          what % 4 == 1 ? SendSideEstimator::Purpose::Probe : SendSideEstimator::Purpose::Media;
      for (int i = 0; i < much; ++i)
        estimator.onSent(rtp::SequenceNumber(number++), 1 + what * 6u, purpose, now);
      estimator.takeProbe(Bitrate(what * 100'000), now);
      continue;
    }
    const auto packet = rtcp::PacketView::parse(take(much));
    if (!packet) continue;
    const auto feedback = rtcp::TransportCcView::parse(*packet);
    if (!feedback) continue;
    estimator.onFeedback(*feedback, now);
    const auto estimate = estimator.estimate();
    check(estimate && *estimate >= DelayBasedRate::kFloor && *estimate <= DelayBasedRate::kCeiling);
    check(estimator.fractionLost() >= 0 && estimator.fractionLost() <= 1);
    gate.setLimit(estimate, now);
    gate.passes({.timestamp = rtp::RtpTimestamp(number), .bytes = 1200}, now);
    pacing.setEstimate(estimate);
    pacing.onSent(1200, now);
  }
  check(pacing.nextTime() <= now + std::chrono::minutes(10));
  now += std::chrono::hours(1);
  check(pacing.maySend(now));
  check(gate.passes(
            {.timestamp = rtp::RtpTimestamp(number + 1u), .bytes = 1200, .starts_key_frame = true},
            now) ||
        gate.isOpen());
  return 0;
}
