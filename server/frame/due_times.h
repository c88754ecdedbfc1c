// When each frame of an RTP stream is due, on the clock of Loop::now(): a time that only grows, for
// timestamps of GStreamer's buffers.
//
// By the sender's reports, so that audio and video of a sender stay together; before the first one,
// and for a sender without reports, by the arrival of its first packet. What a report corrects is
// made good bit by bit, so that kept audio has no jump in it.
//
// Pure. One for each track; streams may follow each other on it (a sender that begins anew, another
// layer of a simulcast).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "server/base/units.h"
#include "server/packet/peer/source_layers.h"
#include "server/packet/rtcp/source_clock.h"
#include "server/packet/rtp/ntp_time.h"
#include "server/packet/rtp/types.h"

namespace ms::frame {

class DueTimes {
 public:
  // A correction takes ten times as long as it is.
  static constexpr int kSlewDivisor = 10;
  // Media that is later than this is not stretched: there is a gap.
  static constexpr Duration kMaxSlew = std::chrono::seconds(1);
  // Nothing waits so long on its way: timestamps so far from their arrival mean nothing.
  static constexpr Duration kMaxDistance = std::chrono::seconds(10);
  // Between frames, at least.
  static constexpr Duration kMinStep = std::chrono::milliseconds(1);
  // Streams whose reports are kept: the layers of a sender, and those of the one before.
  static constexpr std::size_t kMaxMappings = 2 * peer::kMaxLayers;

  explicit DueTimes(const rtp::NtpClock& clock) : clock_(clock) {}

  void onMapping(const rtcp::ClockMapping& mapping);

  struct Packet {
    rtp::Ssrc ssrc;
    rtp::RtpTimestamp timestamp;
    std::uint32_t clock_rate = 90000;
    Timestamp arrival;
  };
  // Packets in the order of their sequence numbers; those of one frame are due at once.
  Timestamp dueOf(const Packet& packet);

 private:
  Timestamp told(const Packet& packet);
  Timestamp slewed(const Packet& packet, Timestamp target) const;

  rtp::NtpClock clock_;
  std::vector<rtcp::ClockMapping> mappings_;
  struct Placed {
    rtp::Ssrc ssrc;
    rtp::RtpTimestamp timestamp;
    Timestamp due;
  };
  std::optional<Placed> begin_;  // The stream's first packet, by its arrival.
  std::optional<Placed> last_;
};

}  // namespace ms::frame
