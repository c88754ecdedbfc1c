#include "server/packet/bwe/send_side_estimator.h"

#include <algorithm>

namespace ms::bwe {
namespace {

// A probe that shows so much more than was known is worth a next one at once.
constexpr double kWorthwhile = 1.2;
constexpr std::int64_t kProbeFactor = 2;

}  // namespace

void SendSideEstimator::onSent(rtp::SequenceNumber number, std::size_t bytes, Purpose purpose,
                               Timestamp now) {
  if (silence_due_ == kNever) silence_due_ = now + kMaxSilence;
  sent_.put({.sent = now,
             .bytes = static_cast<std::uint16_t>(bytes),
             .number = number,
             .fate = PacketFate::Unknown,
             .is_probe = purpose == Purpose::Probe});
}

void SendSideEstimator::onFeedback(const rtcp::TransportCcView& feedback, Timestamp now) {
  silence_due_ = kNever;
  Tally tally;
  Timestamp arrival = remoteTime(feedback.referenceTime());
  feedback.forEach([&](std::uint16_t number, std::optional<Duration> delta) {
    if (delta) arrival += *delta;
    SentPacket* packet = sent_.find(rtp::SequenceNumber(number));
    if (!packet) return;
    if (delta) {
      onArrived(*packet, arrival, tally);
    } else {
      onMissing(*packet, tally);
    }
  });
  update(tally, now);
  finishProbe(now);
}

void SendSideEstimator::onArrived(SentPacket& packet, Timestamp arrival, Tally& tally) {
  if (packet.fate == PacketFate::Arrived) return;
  if (packet.fate == PacketFate::Lost) --tally.lost;
  packet.fate = PacketFate::Arrived;
  ++tally.arrived;
  acknowledged_.add(packet.bytes, arrival);
  // A train fills the queue on purpose: that is no sign of overuse.
  if (packet.is_probe) return probe_.onArrived(packet.bytes, arrival);
  const auto delta = groups_.add(packet.sent, arrival);
  if (!delta) return;
  const LinkUse use = detector_.add(*delta);
  if (tally.use != LinkUse::Over) tally.use = use;
}

void SendSideEstimator::onMissing(SentPacket& packet, Tally& tally) {
  if (packet.fate != PacketFate::Unknown) return;
  packet.fate = PacketFate::Lost;
  ++tally.lost;
  if (packet.is_probe) probe_.onLost();
}

void SendSideEstimator::update(const Tally& tally, Timestamp now) {
  const auto acknowledged = acknowledged_.rate();
  const bool too_slow = delay_.update(
      {.use = tally.use, .acknowledged = acknowledged_.peak(), .round_trip_time = round_trip_time_},
      now);
  const bool too_lossy =
      loss_.add(tally.arrived, tally.lost, estimate().value_or(delay_.rate()), now);
  if (too_slow || too_lossy) {
    limited_ = true;
    last_cut_ = now;
    probe_at_ = now + kProbeAfterCut;
  } else if (limited_ && acknowledged && now - last_cut_ >= kForgetLimitAfter &&
             *delay_.rate() * 10 >= **acknowledged * 13 && !loss_.limit()) {
    limited_ = false;
  }
  if (!limited_ && acknowledged) delay_.raiseTo(Bitrate(kUnlimitedFactor * **acknowledged));
}

bool SendSideEstimator::cutForSilence(Timestamp now) {
  silence_due_ = now + kSilenceStep;
  delay_.reduceTo(Bitrate(**estimate() / 2));
  limited_ = true;
  last_cut_ = now;
  probe_at_ = now + kProbeAfterCut;
  return true;
}

std::optional<Bitrate> SendSideEstimator::estimate() const {
  if (!reference_) return std::nullopt;
  return std::min(delay_.rate(), loss_.limit().value_or(delay_.rate()));
}

bool SendSideEstimator::takeProbe(Bitrate wanted, Timestamp now) {
  const auto known = estimate();
  if (!limited_ || !known || *known >= wanted || now < probe_at_ || probe_.isRunning() ||
      detector_.use() == LinkUse::Over)
    return false;
  probe_.begin(std::min(Bitrate(kProbeFactor * **known), wanted), now);
  probe_at_ = now + kProbeAgain;
  return true;
}

void SendSideEstimator::finishProbe(Timestamp now) {
  const auto found = probe_.poll(now);
  if (!found) return;
  const auto known = static_cast<double>(**estimate());
  if (static_cast<double>(**found) >= kWorthwhile * known) probe_at_ = now + kProbeOn;
  delay_.raiseTo(*found);
  loss_.raiseTo(*found);
}

// The receiver's clock; 24 bits of 64 ms wrap after twelve days.
Timestamp SendSideEstimator::remoteTime(std::int32_t reference_time) {
  if (!reference_) {
    reference_ = reference_time + (std::int64_t{1} << 24);
  } else {
    const auto last = static_cast<std::uint32_t>(*reference_);
    const auto ahead =
        static_cast<std::int32_t>((static_cast<std::uint32_t>(reference_time) - last) << 8) >> 8;
    *reference_ += ahead;
  }
  return Timestamp(*reference_ * rtcp::TransportCcView::kReferenceUnit);
}

}  // namespace ms::bwe
