// Thins video for a viewer whose path cannot take what its source gives and has no smaller layer:
// whole pictures are left out, until a key frame begins anew, so that what is shown is never
// broken.
//
// What passes fills an imaginary queue that empties at the viewer's bitrate. When it is too long,
// the gate closes; it opens with a key frame once the queue is short. Without a limit everything
// passes. Driven by one sink, per packet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "server/base/units.h"
#include "server/packet/rtp/sequence.h"
#include "server/packet/rtp/types.h"

namespace ms::bwe {

class FrameGate {
 public:
  static constexpr Duration kCloseAt = std::chrono::milliseconds(400);
  static constexpr Duration kOpenAt = std::chrono::milliseconds(150);
  // A key frame costs all other viewers of the source quality: not more often for this one.
  static constexpr Duration kKeyFrameSpacing = std::chrono::seconds(2);

  struct Packet {
    rtp::RtpTimestamp timestamp;
    std::size_t bytes = 0;
    bool starts_key_frame = false;
  };

  // Nothing: what comes may pass. A closed gate still waits for a key frame.
  void setLimit(std::optional<Bitrate> limit, Timestamp now);

  // Whatever comes passes: there is no need to look at it.
  bool isIdle() const { return !limit_ && is_open_; }
  bool passes(const Packet& packet, Timestamp now) { return isIdle() || weigh(packet, now); }

  // Another stream has begun, with a key frame that has passed.
  void restart(rtp::RtpTimestamp timestamp) {
    is_open_ = true;
    opened_ = newest_ = timestamp;
  }

  bool isOpen() const { return is_open_; }
  // True when a key frame would open the gate, at most once per kKeyFrameSpacing.
  bool takeKeyFrameRequest(Timestamp now);

  std::uint64_t closings() const { return closings_; }

 private:
  bool weigh(const Packet& packet, Timestamp now);
  bool weighOpen(const Packet& packet);
  bool weighClosed(const Packet& packet);
  void drain(Timestamp now);
  bool isLongerThan(Duration queue) const;
  void fill(const Packet& packet) { queued_bits_ += static_cast<std::int64_t>(packet.bytes) * 8; }

  std::optional<Bitrate> limit_;
  bool is_open_ = true;
  std::int64_t queued_bits_ = 0;
  Timestamp drained_at_{};
  std::optional<rtp::RtpTimestamp> newest_;  // Picture that passed.
  std::optional<rtp::RtpTimestamp> opened_;  // The key frame that the gate opened with.
  rtp::RtpTimestamp closed_;                 // The first picture that was left out.
  std::optional<Timestamp> requested_at_;
  std::uint64_t closings_ = 0;
};

}  // namespace ms::bwe
