// The round trip time that a report block lets us know (RFC 3550 §6.4.1, figure 2).
#pragma once

#include <optional>

#include "server/base/units.h"
#include "server/packet/rtp/ntp_time.h"
#include "server/packet/rtp/receive_statistics.h"

namespace ms::rtcp {

// Nothing when the block answers no sender report of ours, or cannot be true: beyond
// `kMaxRoundTrip`.
inline constexpr Duration kMaxRoundTrip = std::chrono::seconds(30);
std::optional<Duration> roundTripTime(const rtp::ReceptionReport& block, rtp::NtpTime now);

}  // namespace ms::rtcp
