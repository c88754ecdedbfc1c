// NTP timestamps (RFC 3550 §4): 32.32 bit fixed-point seconds since 1900, which wrap in 2036.
#pragma once

#include <cstdint>

#include "server/base/strong.h"
#include "server/base/units.h"

namespace ms::rtp {

using NtpTime = Strong<struct NtpTimeTag, std::uint64_t>;

// The middle 32 bits, as in LSR and DLSR: 16.16 bit seconds.
using CompactNtp = Strong<struct CompactNtpTag, std::uint32_t>;

constexpr CompactNtp compact(NtpTime time) {
  return CompactNtp(static_cast<std::uint32_t>(*time >> 16));
}

// Rounded to the nearest 2^-32 second; `duration` may be negative, and is at most 68 years.
constexpr std::int64_t toNtpUnits(Duration duration) {
  const std::int64_t us = duration.count();
  const std::int64_t seconds = us >= 0 ? us / 1'000'000 : -((-us + 999'999) / 1'000'000);
  const std::int64_t rest_us = us - seconds * 1'000'000;  // 0..999999.
  const auto fraction = static_cast<std::uint64_t>(((rest_us << 32) + 500'000) / 1'000'000);
  return static_cast<std::int64_t>((static_cast<std::uint64_t>(seconds) << 32) + fraction);
}

// Rounded to the nearest microsecond.
constexpr Duration fromNtpUnits(std::int64_t units) {
  const std::int64_t seconds = units >> 32;
  const std::int64_t fraction = units & 0xffffffff;
  return Duration(seconds * 1'000'000 + ((fraction * 1'000'000 + (std::int64_t{1} << 31)) >> 32));
}

constexpr NtpTime operator+(NtpTime time, Duration duration) {
  return NtpTime(*time + static_cast<std::uint64_t>(toNtpUnits(duration)));
}
// How far it is from `b` to `a`, over at most 68 years in both directions.
constexpr Duration operator-(NtpTime a, NtpTime b) {
  return fromNtpUnits(static_cast<std::int64_t>(*a - *b));
}

constexpr CompactNtp toCompactNtp(Duration duration) {
  return CompactNtp(
      static_cast<std::uint32_t>(static_cast<std::uint64_t>(toNtpUnits(duration)) >> 16));
}
constexpr Duration fromCompactNtp(CompactNtp span) {
  return fromNtpUnits(static_cast<std::int64_t>(std::uint64_t{*span} << 16));
}

// Our own NTP clock: the wall clock once, at start, and from then on the clock of media, so that it
// never steps. The same for all streams of a server.
class NtpClock {
 public:
  constexpr NtpClock(NtpTime wall_clock, Timestamp at) : origin_(wall_clock), origin_at_(at) {}
  constexpr NtpTime at(Timestamp time) const { return origin_ + (time - origin_at_); }

 private:
  NtpTime origin_;
  Timestamp origin_at_;
};

}  // namespace ms::rtp
