// AV1 in RTP for chains of GStreamer, which Debian's has no elements for: kAv1Depayloader, from
// packets to temporal units, and kAv1Payloader, from temporal units to packets. Glue around
// rtp::Av1Depayloader and rtp::av1Payloads(), known to this process only.
#pragma once

namespace ms::frame {

inline constexpr const char* kAv1Depayloader = "msav1depay";
inline constexpr const char* kAv1Payloader = "msav1pay";

// Once, when GStreamer is started.
void registerAv1RtpElements();

}  // namespace ms::frame
