// Says which timestamp an outgoing stream has now, for its sender reports (RFC 3550 §6.4.1).
//
// From the source's own reports, so that lip sync survives forwarding; a source that sends none is
// taken by the arrival of its packets, after some patience. Driven by the send path.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "server/base/units.h"
#include "server/packet/rtcp/source_clock.h"
#include "server/packet/rtp/ntp_time.h"
#include "server/packet/rtp/types.h"

namespace ms::rtcp {

class SenderClock {
 public:
  // So long the first report of a source is waited for, before its arrival times must do: browsers
  // send one within a second of video and 5 s of audio.
  static constexpr Duration kPatience = std::chrono::seconds(6);

  // The newest mapping of the stream that goes out, or of one that may follow it.
  void onMapping(const ClockMapping& mapping);

  // A packet of stream `source` went out: its own timestamp and the outgoing one.
  struct Sent {
    rtp::Ssrc source;
    std::uint32_t clock_rate = 90000;
    rtp::RtpTimestamp source_timestamp;
    rtp::RtpTimestamp timestamp;
  };
  void onSent(const Sent& sent, rtp::NtpTime now);

  // The outgoing timestamp at `now`; nothing before the first packet, and while waiting.
  std::optional<rtp::RtpTimestamp> timestampAt(rtp::NtpTime now) const;

 private:
  std::optional<ClockMapping> mapping_;  // Of the stream in last_.
  // Of others, the newest of each: any of them may be the next.
  std::array<std::optional<ClockMapping>, 4> others_;
  std::size_t oldest_other_ = 0;
  std::optional<Sent> last_;
  rtp::NtpTime last_at_;
  rtp::NtpTime source_since_;  // The current source's first packet.
};

}  // namespace ms::rtcp
