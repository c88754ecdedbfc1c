// The clock of one sending peer, as its sender reports show it, translated to our own.
//
// Audio and video of a peer (one CNAME) share one SourceClock: both are moved by the same amount,
// so that what was in step at the source still is after forwarding. Driven by the receive path.
#pragma once

#include <cstdint>
#include <optional>

#include "server/base/units.h"
#include "server/packet/rtp/ntp_time.h"
#include "server/packet/rtp/types.h"

namespace ms::rtcp {

// That timestamp `rtp` of stream `source` belongs to the instant `ntp` of our clock. A plain value,
// handed on to the sinks.
struct ClockMapping {
  rtp::Ssrc source;
  rtp::NtpTime ntp;
  rtp::RtpTimestamp rtp;
  std::uint32_t clock_rate = 90000;

  // The source's timestamp at another instant, before or after.
  rtp::RtpTimestamp at(rtp::NtpTime time) const;
};

class SourceClock {
 public:
  // A report that takes longer than usual was delayed by the network, not by the clock: so much is
  // believed per report, enough for clocks that drift apart by 100 ppm over 5 s.
  static constexpr Duration kMaxDrift = Duration(500);
  // A larger difference means that the peer's wall clock was set.
  static constexpr Duration kStep = std::chrono::seconds(2);

  struct Report {
    rtp::Ssrc source;
    rtp::NtpTime ntp;  // As the peer wrote it.
    rtp::RtpTimestamp rtp;
    std::uint32_t clock_rate = 90000;
  };
  // `now` is our clock when the report arrived.
  ClockMapping onSenderReport(const Report& report, rtp::NtpTime now);

 private:
  std::optional<Duration> offset_;  // Ours minus the peer's, for the fastest way.
};

}  // namespace ms::rtcp
