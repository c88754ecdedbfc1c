#include "server/packet/rtcp/round_trip_time.h"

namespace ms::rtcp {

std::optional<Duration> roundTripTime(const rtp::ReceptionReport& block, rtp::NtpTime now) {
  if (*block.last_sr == 0) return std::nullopt;
  const std::uint32_t units = *rtp::compact(now) - *block.last_sr - *block.delay_since_last_sr;
  // The two clocks' rounding may make a short way look negative.
  const auto signed_units = static_cast<std::int32_t>(units);
  if (signed_units < 0 && signed_units > -0x10000 / 100) return Duration(0);
  const Duration rtt = rtp::fromCompactNtp(rtp::CompactNtp(units));
  if (rtt > kMaxRoundTrip) return std::nullopt;
  return rtt;
}

}  // namespace ms::rtcp
