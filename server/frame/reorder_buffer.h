// Puts the packets of one RTP stream in order: what comes too soon waits for what is missing, which
// may still be sent again, but not for long.
//
// Pure: time comes in as an argument. Push what comes, then pop until there is nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "server/base/units.h"
#include "server/packet/rtp/packet_pool.h"
#include "server/packet/rtp/sequence.h"
#include "server/packet/rtp/types.h"

namespace ms::frame {

class ReorderBuffer {
 public:
  // A NACK is answered after a round trip or two. For who is in no hurry.
  static constexpr Duration kMaxWait = std::chrono::milliseconds(400);
  static constexpr std::size_t kMaxPackets = 1024;    // Then the oldest is lost.
  static constexpr std::int64_t kMaxMisorder = 1000;  // As rtp::ReceiveStatistics has it.

  explicit ReorderBuffer(Duration max_wait = kMaxWait) : max_wait_(max_wait) {}

  // A packet that comes after its place was given up is dropped; so is a copy. One that is far
  // before what comes next is of a sender that began anew, and takes the place of what waits.
  void push(rtp::SequenceNumber number, const rtp::PacketRef& packet, Timestamp now) {
    const std::int64_t place = unwrapper_.unwrap(number);
    if (next_ && place < *next_ - kMaxMisorder) beginAnew(place);
    if (next_ && place < *next_) return;
    if (!next_) next_ = place;
    waiting_.try_emplace(place, Waiting{packet, now});
    if (waiting_.size() > kMaxPackets) waiting_.erase(waiting_.begin());  // Is a gap then.
  }

  struct Popped {
    rtp::PacketRef packet;
    bool is_after_gap = false;  // What belongs before it is lost.
  };
  std::optional<Popped> pop(Timestamp now) {
    if (waiting_.empty()) return std::nullopt;
    const auto first = waiting_.begin();
    const bool is_next = first->first == *next_;
    if (!is_next && now - first->second.since < max_wait_) return std::nullopt;
    const bool is_after_gap = std::exchange(has_begun_anew_, false) || !is_next;
    Popped popped{std::move(first->second.packet), is_after_gap};
    next_ = first->first + 1;
    waiting_.erase(first);
    return popped;
  }

  // When pop() may give something without a push(); kNever when nothing waits.
  Timestamp nextTime() const {
    return waiting_.empty() ? kNever : waiting_.begin()->second.since + max_wait_;
  }

 private:
  struct Waiting {
    rtp::PacketRef packet;
    Timestamp since;
  };

  void beginAnew(std::int64_t place) {
    waiting_.clear();
    next_ = place;
    has_begun_anew_ = true;
  }

  Duration max_wait_;
  rtp::SequenceUnwrapper unwrapper_;
  std::optional<std::int64_t> next_;
  bool has_begun_anew_ = false;
  std::map<std::int64_t, Waiting> waiting_;
};

}  // namespace ms::frame
