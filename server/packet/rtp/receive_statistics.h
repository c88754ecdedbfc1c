// What RFC 3550 wants to be known of one SSRC that we receive: validity and extended sequence
// number (A.1), losses (A.3), interarrival jitter (A.8), and the reception report made of them
// (§6.4.1).
//
// Driven by the receive path, one call per packet.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include "server/base/units.h"
#include "server/packet/rtp/drop.h"
#include "server/packet/rtp/ntp_time.h"
#include "server/packet/rtp/types.h"

namespace ms::rtp {

// The report block of SR and RR (RFC 3550 §6.4.1).
struct ReceptionReport {
  Ssrc source;
  std::uint8_t fraction_lost = 0;    // Of 256.
  std::int32_t cumulative_lost = 0;  // 24 bits, signed: duplicates make it negative.
  std::uint32_t extended_highest_sequence_number = 0;
  std::uint32_t jitter = 0;        // In ticks.
  CompactNtp last_sr;              // 0 = none yet.
  CompactNtp delay_since_last_sr;  // 0 = none yet.

  friend bool operator==(const ReceptionReport&, const ReceptionReport&) = default;
};

class ReceiveStatistics {
 public:
  static constexpr int kMinSequential = 2;   // A.1 MIN_SEQUENTIAL.
  static constexpr int kMaxDropout = 3000;   // A.1 MAX_DROPOUT.
  static constexpr int kMaxMisorder = 1000;  // A.1 MAX_MISORDER, wider: retransmissions come late.

  // Announced SSRCs (in SDP, by a FID group) are valid from their first packet; others must first
  // send kMinSequential packets in order.
  enum class Trust : std::uint8_t { Announced, OnProbation };

  ReceiveStatistics(Ssrc ssrc, std::uint32_t clock_rate, Trust trust);

  enum class Order : std::uint8_t {
    Newest,
    Late,       // Reordered, sent again, or a duplicate.
    Restarted,  // The sender began anew: whoever follows its numbers must, too.
  };

  // OnProbation or SequenceJump: the packet is not to be used.
  std::expected<Order, Drop> receive(SequenceNumber number, RtpTimestamp timestamp,
                                     std::size_t packet_bytes, Timestamp arrival);
  void onSenderReport(NtpTime ntp, Timestamp arrival);

  // The next report block; its fraction counts from the report before.
  ReceptionReport makeReport(Timestamp now);

  bool isValid() const { return probation_ == 0; }
  std::uint64_t packetsReceived() const { return packets_received_; }
  std::uint64_t bytesReceived() const { return bytes_received_; }
  std::int64_t packetsExpected() const;
  std::int64_t packetsLost() const;                             // Negative after duplicates.
  std::uint8_t fractionLost() const { return fraction_lost_; }  // Of the last report.
  Duration jitter() const;

 private:
  void restart(SequenceNumber number);
  bool prove(SequenceNumber number);
  std::expected<Order, Drop> place(SequenceNumber number);
  void updateJitter(RtpTimestamp timestamp, Timestamp arrival);
  std::uint32_t toTicks(Timestamp time) const;

  const Ssrc ssrc_;
  const std::uint32_t clock_rate_;
  int probation_;
  bool started_ = false;
  std::uint16_t max_sequence_ = 0;
  std::uint32_t cycles_ = 0;  // Multiples of 2^16.
  std::uint32_t base_sequence_ = 0;
  std::uint32_t bad_sequence_ = 0;
  std::uint64_t received_ = 0;  // Since the last restart.
  std::int64_t expected_before_restart_ = 0;
  std::int64_t received_before_restart_ = 0;
  std::int64_t expected_prior_ = 0;
  std::int64_t received_prior_ = 0;
  std::optional<std::uint32_t> transit_;
  RtpTimestamp transit_timestamp_;  // Of the packet that gave transit_.
  std::uint64_t jitter_x16_ = 0;    // A.8: scaled by 16.
  std::uint8_t fraction_lost_ = 0;
  std::uint64_t packets_received_ = 0;
  std::uint64_t bytes_received_ = 0;
  std::optional<CompactNtp> last_sr_;
  Timestamp last_sr_arrival_{};
};

}  // namespace ms::rtp
