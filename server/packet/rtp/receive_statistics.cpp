#include "server/packet/rtp/receive_statistics.h"

#include <algorithm>

#include "server/packet/rtp/sequence.h"

namespace ms::rtp {
namespace {

constexpr std::uint32_t kSequenceModulus = 1u << 16;
constexpr std::uint32_t kNoBadSequence = kSequenceModulus + 1;  // Equals no sequence number.
constexpr std::int64_t kMaxCumulativeLost = 0x7fffff;           // 24 bits, signed.
constexpr std::int64_t kMinCumulativeLost = -0x800000;
constexpr std::uint32_t kMaxTransitStepSeconds = 5;  // More is a step of timestamps, not jitter.

}  // namespace

ReceiveStatistics::ReceiveStatistics(Ssrc ssrc, std::uint32_t clock_rate, Trust trust)
    : ssrc_(ssrc),
      clock_rate_(std::max<std::uint32_t>(clock_rate, 1)),
      probation_(trust == Trust::OnProbation ? kMinSequential : 0),
      bad_sequence_(kNoBadSequence) {}

std::expected<ReceiveStatistics::Order, Drop> ReceiveStatistics::receive(SequenceNumber number,
                                                                         RtpTimestamp timestamp,
                                                                         std::size_t packet_bytes,
                                                                         Timestamp arrival) {
  if (!started_) {
    started_ = true;
    restart(number);
    if (probation_ > 0) max_sequence_ = static_cast<std::uint16_t>(*number - 1);
  }
  if (probation_ > 0 && !prove(number)) return std::unexpected(Drop::OnProbation);

  const auto order = place(number);
  if (!order) return order;
  ++received_;
  ++packets_received_;
  bytes_received_ += packet_bytes;
  if (*order != Order::Late) updateJitter(timestamp, arrival);
  return order;
}

// A.1: True with the packet that ends probation.
bool ReceiveStatistics::prove(SequenceNumber number) {
  const bool in_order = *number == static_cast<std::uint16_t>(max_sequence_ + 1);
  probation_ = in_order ? probation_ - 1 : kMinSequential - 1;
  max_sequence_ = *number;
  if (probation_ > 0) return false;
  restart(number);
  return true;
}

std::expected<ReceiveStatistics::Order, Drop> ReceiveStatistics::place(SequenceNumber number) {
  const auto ahead = static_cast<std::uint16_t>(*number - max_sequence_);
  if (ahead == 0 && received_ > 0) return Order::Late;
  if (ahead < kMaxDropout) {
    if (*number < max_sequence_) cycles_ += kSequenceModulus;
    max_sequence_ = *number;
    return Order::Newest;
  }
  if (ahead > kSequenceModulus - kMaxMisorder) return Order::Late;
  if (*number != bad_sequence_) {
    bad_sequence_ = *next(number);
    return std::unexpected(Drop::SequenceJump);
  }
  restart(number);
  return Order::Restarted;
}

void ReceiveStatistics::restart(SequenceNumber number) {
  if (received_ > 0) {
    expected_before_restart_ = packetsExpected();
    received_before_restart_ += static_cast<std::int64_t>(received_);
  }
  base_sequence_ = *number;
  max_sequence_ = *number;
  bad_sequence_ = kNoBadSequence;
  cycles_ = 0;
  received_ = 0;
  transit_.reset();
}

void ReceiveStatistics::onSenderReport(NtpTime ntp, Timestamp arrival) {
  last_sr_ = compact(ntp);
  last_sr_arrival_ = arrival;
}

std::int64_t ReceiveStatistics::packetsExpected() const {
  if (received_ == 0) return expected_before_restart_;
  return expected_before_restart_ + cycles_ + max_sequence_ - base_sequence_ + 1;
}

std::int64_t ReceiveStatistics::packetsLost() const {
  return packetsExpected() - received_before_restart_ - static_cast<std::int64_t>(received_);
}

ReceptionReport ReceiveStatistics::makeReport(Timestamp now) {
  // A.3.
  const std::int64_t expected = packetsExpected();
  const std::int64_t received = received_before_restart_ + static_cast<std::int64_t>(received_);
  const std::int64_t expected_interval = expected - expected_prior_;
  const std::int64_t lost_interval = expected_interval - (received - received_prior_);
  expected_prior_ = expected;
  received_prior_ = received;
  fraction_lost_ = expected_interval <= 0 || lost_interval <= 0
                       ? 0
                       : static_cast<std::uint8_t>(
                             std::min<std::int64_t>(lost_interval * 256 / expected_interval, 255));

  ReceptionReport report;
  report.source = ssrc_;
  report.fraction_lost = fraction_lost_;
  report.cumulative_lost =
      static_cast<std::int32_t>(std::clamp(packetsLost(), kMinCumulativeLost, kMaxCumulativeLost));
  report.extended_highest_sequence_number = cycles_ + max_sequence_;
  report.jitter = static_cast<std::uint32_t>(jitter_x16_ >> 4);
  if (last_sr_) {
    report.last_sr = *last_sr_;
    report.delay_since_last_sr = toCompactNtp(now - last_sr_arrival_);
  }
  return report;
}

Duration ReceiveStatistics::jitter() const {
  return Duration(static_cast<std::int64_t>((jitter_x16_ >> 4) * 1'000'000 / clock_rate_));
}

// A.8, but once per timestamp: the packets of one picture leave one after the other, which is not
// the network's doing.
void ReceiveStatistics::updateJitter(RtpTimestamp timestamp, Timestamp arrival) {
  if (transit_ && timestamp == transit_timestamp_) return;
  const std::uint32_t transit = toTicks(arrival) - *timestamp;
  if (transit_) {
    const auto step = static_cast<std::int64_t>(static_cast<std::int32_t>(transit - *transit_));
    const auto change = static_cast<std::uint64_t>(step < 0 ? -step : step);
    if (change < std::uint64_t{kMaxTransitStepSeconds} * clock_rate_)
      jitter_x16_ += change - ((jitter_x16_ + 8) >> 4);
  }
  transit_ = transit;
  transit_timestamp_ = timestamp;
}

std::uint32_t ReceiveStatistics::toTicks(Timestamp time) const {
  return static_cast<std::uint32_t>(time.time_since_epoch().count() * clock_rate_ / 1'000'000);
}

}  // namespace ms::rtp
