// Why an SCTP packet or a message of a data channel was not taken or not sent on: one counter each,
// never a log line.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ms::sctp {

enum class Drop : std::uint8_t {
  TooShort,         // Ends before its header, or what the header announces, does.
  TooLong,          // More than the receiver of the message takes.
  WrongPort,        // A packet for another association than the negotiated one.
  BadChunk,         // A chunk whose length cannot be.
  UnwantedChunk,    // A chunk of an extension that we never negotiate.
  UnknownType,      // A DCEP message that is neither OPEN nor ACK, or of no known channel type.
  UnknownProtocol,  // A payload protocol that is none of data channels.
  UnknownStream,    // A message on a stream that has no channel.
  StreamInUse,      // An OPEN on a stream that has a channel already.
  WrongParity,      // An OPEN on a stream whose number only we may use.
  TooManyChannels,  // One channel more than kMaxChannels.
  LabelTooLong,     // A label or protocol longer than we keep.
  NotConnected,     // To be sent before the association is up, or after its end.
  NoChannel,        // Data of the pipeline, and no channel is open.
  BufferFull,       // To be sent to a peer who does not keep up.
  Count,
};

// Names for statistics: "TooShort".
std::string_view dropName(Drop reason);

class DropCounters {
 public:
  void count(Drop reason) { ++counts_[static_cast<std::size_t>(reason)]; }
  std::uint64_t of(Drop reason) const { return counts_[static_cast<std::size_t>(reason)]; }

 private:
  std::array<std::uint64_t, static_cast<std::size_t>(Drop::Count)> counts_{};
};

}  // namespace ms::sctp
