// Which packets of one SSRC to ask for again (RFC 4585 §6.2.1), and when.
//
// A gap is given a moment in case packets were only reordered; then each missing number is asked
// for about once per round trip, ten times at most. What is given up, and a gap too large to fill,
// asks for a key frame instead. Driven by the receive path: receive() per packet, poll() when
// nextTime() has come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "server/base/units.h"
#include "server/packet/rtp/sequence.h"
#include "server/packet/rtp/types.h"

namespace ms::rtp {

class NackTracker {
 public:
  static constexpr std::size_t kMaxMissing = 1000;
  static constexpr int kMaxRequests = 10;
  static constexpr Duration kMaxAge = std::chrono::seconds(2);
  static constexpr int kReorderPackets = 3;  // So many newer packets prove a loss ...
  static constexpr Duration kReorderTime = std::chrono::milliseconds(10);  // ... or so much time.
  static constexpr Duration kMinSpacing = std::chrono::milliseconds(20);
  static constexpr Duration kDefaultRtt = std::chrono::milliseconds(100);  // Until one is known.
  static constexpr Duration kMaxRtt = std::chrono::seconds(1);

  enum class Arrival : std::uint8_t {
    InOrder,    // The newest so far; a gap before it is now tracked.
    Recovered,  // Was missing.
    Unasked,    // Old, and not missed: a duplicate, or given up already.
  };

  NackTracker();

  Arrival receive(SequenceNumber number, Timestamp now);
  bool isMissing(SequenceNumber number) const;
  void setRtt(Duration rtt);

  // The sender began anew (ReceiveStatistics::Order::Restarted): forgets all numbers.
  void restart();

  // Packets before the start of a key frame are of no more use.
  void onKeyFrameStart(SequenceNumber number);

  // Writes the numbers to ask for now, oldest first, and returns how many: at most out.size().
  std::size_t poll(Timestamp now, std::span<SequenceNumber> out);
  // When poll() may next have something; kNever when nothing is missing.
  Timestamp nextTime() const;

  // True once after something was given up.
  bool takeKeyFrameRequest();

  std::size_t missing() const { return missing_.size(); }
  std::uint64_t requested() const { return requested_; }
  std::uint64_t recovered() const { return recovered_; }
  std::uint64_t givenUp() const { return given_up_; }

 private:
  struct Missing {
    std::int64_t sequence;
    Timestamp noticed;
    Timestamp asked;  // Meaningless while requests is 0.
    int requests;
  };

  std::int64_t unwrap(SequenceNumber number) const;
  std::vector<Missing>::const_iterator find(std::int64_t sequence) const;
  void trackGap(std::int64_t from, std::int64_t to, Timestamp now);
  bool isDue(const Missing& missing, Timestamp now) const;
  Timestamp dueTime(const Missing& missing) const;
  Duration spacing() const;

  bool started_ = false;
  std::int64_t newest_ = 0;       // Unwrapped.
  std::vector<Missing> missing_;  // Ascending; reserved once, never beyond kMaxMissing.
  Duration rtt_ = kDefaultRtt;
  bool key_frame_wanted_ = false;
  std::uint64_t requested_ = 0;
  std::uint64_t recovered_ = 0;
  std::uint64_t given_up_ = 0;
};

}  // namespace ms::rtp
