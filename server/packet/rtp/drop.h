// Why an RTP packet was not taken or not sent on: one counter each, never a log line.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ms::rtp {

enum class Drop : std::uint8_t {
  TooShort,          // Ends before its header does.
  TooLong,           // Longer than kMaxPacketBytes, or than what it is to be written into.
  BadVersion,        // Not version 2.
  BadPadding,        // More padding than payload, or none where some is announced.
  BadPayload,        // A payload descriptor that is cut short or contradicts itself.
  EmptyPayload,      // Padding only: nothing to send on.
  PoolExhausted,     // No packet buffer left.
  OnProbation,       // A new SSRC that has not yet sent enough in order (RFC 3550 A.1).
  SequenceJump,      // Far from what went before; taken when the next one follows (A.1).
  NotChosen,         // Of a source that is not, or no more, the one to be sent on.
  WaitsForKeyFrame,  // Video after a switch of source.
  BeforeKeyFrame,    // Came late, from before the key frame that began the stream.
  TooOld,            // Came so late that its place in the outgoing stream is forgotten.
  NotInHistory,      // Asked for again, but no longer (or never) kept.
  ResentRecently,    // Asked for again within one round trip of having been resent.
  Count,
};

// Names for statistics: "TooShort".
std::string_view dropName(Drop reason);

class DropCounters {
 public:
  void count(Drop reason) { ++counts_[static_cast<std::size_t>(reason)]; }
  std::uint64_t of(Drop reason) const { return counts_[static_cast<std::size_t>(reason)]; }
  std::uint64_t total() const;

 private:
  std::array<std::uint64_t, static_cast<std::size_t>(Drop::Count)> counts_{};
};

}  // namespace ms::rtp
