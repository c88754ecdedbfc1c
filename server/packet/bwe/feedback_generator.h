// Transport-wide congestion control feedback for what a peer sends us
// (draft-holmer-rmcat-transport-wide-cc-extensions-01): remembers when each packet of a transport
// arrived, and says so every kInterval, or sooner when there is much to say.
//
// Driven by the receive path and by the owner's timer. The memory is taken with the first packet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "server/base/units.h"
#include "server/packet/rtcp/compound_writer.h"
#include "server/packet/rtp/sequence.h"
#include "server/packet/rtp/types.h"

namespace ms::bwe {

class FeedbackGenerator {
 public:
  static constexpr Duration kInterval = std::chrono::milliseconds(100);
  // So many packets are reported at once, whatever the time: they fit in one datagram.
  static constexpr std::size_t kMaxPending = 400;
  // Numbers remembered; one that comes later than that is not reported any more.
  static constexpr std::size_t kMaxPackets = 1024;

  // `number` is the packet's transport-wide sequence number. A repeated one does nothing.
  void onPacket(rtp::SequenceNumber number, Timestamp arrival);

  Timestamp nextTime() const { return due_; }
  // Appends the feedback that is due and returns true; call again until it is not. `media` is any
  // of the SSRCs reported on.
  bool write(rtcp::CompoundWriter& out, rtp::Ssrc sender, rtp::Ssrc media, Timestamp now);

 private:
  Timestamp& place(std::int64_t number) {
    return arrivals_[static_cast<std::size_t>(number) % kMaxPackets];
  }
  void advanceTo(std::int64_t number);
  void restartAt(std::int64_t number);

  std::vector<Timestamp> arrivals_;  // kMaxPackets by number; kNever: has not come.
  std::int64_t next_ = 0;            // The first that is not reported.
  std::int64_t end_ = 0;             // One past the newest.
  Timestamp due_ = kNever;
  std::uint8_t feedback_count_ = 0;
};

}  // namespace ms::bwe
