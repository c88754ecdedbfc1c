// Order among numbers that wrap: sequence numbers (16 bit) and RTP timestamps (32 bit), by serial
// arithmetic (RFC 1982), and their extension to 64 bits that only grow.
#pragma once

#include <cstdint>
#include <optional>

#include "server/packet/rtp/types.h"

namespace ms::rtp {

// How far it is from `from` to `to`: -32768..32767.
constexpr std::int16_t distance(SequenceNumber from, SequenceNumber to) {
  return static_cast<std::int16_t>(static_cast<std::uint16_t>(*to - *from));
}
constexpr std::int32_t distance(RtpTimestamp from, RtpTimestamp to) {
  return static_cast<std::int32_t>(*to - *from);
}

constexpr bool isNewer(SequenceNumber a, SequenceNumber than) { return distance(than, a) > 0; }
constexpr bool isNewer(RtpTimestamp a, RtpTimestamp than) { return distance(than, a) > 0; }

constexpr SequenceNumber next(SequenceNumber n) {
  return SequenceNumber(static_cast<std::uint16_t>(*n + 1));
}

// Gives each number the 64-bit value nearest to the one before. The first keeps its own value, so
// that what came shortly before it may be negative.
template <class Number>
class Unwrapper {
 public:
  std::int64_t unwrap(Number number) {
    last_value_ = peek(number);
    last_ = number;
    return last_value_;
  }

  // The value that unwrap() would give, without moving on.
  std::int64_t peek(Number number) const {
    return last_ ? last_value_ + distance(*last_, number) : std::int64_t{*number};
  }

  void reset() { last_.reset(); }

 private:
  std::optional<Number> last_;
  std::int64_t last_value_ = 0;
};

using SequenceUnwrapper = Unwrapper<SequenceNumber>;
using TimestampUnwrapper = Unwrapper<RtpTimestamp>;

}  // namespace ms::rtp
