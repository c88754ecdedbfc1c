// When to send the next regular RTCP report: RFC 3550 §6.2 for the two members of a unicast
// session, with the minimum that AVPF (RFC 4585 §3.4) and RFC 8108 allow. Feedback need not wait
// for it: with two members it goes at once (RFC 4585 §3.5.2: T_dither_max = 0).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "server/base/units.h"

namespace ms::rtcp {

class ReportScheduler {
 public:
  static constexpr Duration kMinInterval = std::chrono::milliseconds(500);
  static constexpr Duration kMaxInterval = std::chrono::seconds(5);
  static constexpr int kBandwidthShare = 20;  // RTCP gets 1/20 of the session's bandwidth.
  static constexpr int kMembers = 2;

  // Uniform over all 32-bit values.
  using Random = std::move_only_function<std::uint32_t()>;

  ReportScheduler(Random random, Timestamp now);

  // What the session carries, both ways; 0 = unknown, then only the minimum counts.
  void setSessionBandwidth(Bitrate bandwidth) { bandwidth_ = bandwidth; }

  bool isDue(Timestamp now) const { return now >= next_; }
  Timestamp nextTime() const { return next_; }

  // A regular compound of `bytes`, with all below it, was sent: plans the next one.
  void onSent(std::size_t bytes, Timestamp now);

 private:
  Duration interval();

  Random random_;
  Bitrate bandwidth_;
  std::int64_t average_bytes_x16_ = 0;  // RFC 3550 §6.3.3: a moving average over 16.
  Timestamp next_;
};

}  // namespace ms::rtcp
