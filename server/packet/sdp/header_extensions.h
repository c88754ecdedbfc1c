// The RTP header extensions that this server knows (a=extmap, RFC 8285 §8), by their local numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "server/packet/sdp/session_description.h"

namespace ms::sdp {

inline constexpr std::string_view kAbsSendTimeUri =
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
inline constexpr std::string_view kTransportCcUri =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
inline constexpr std::string_view kMidUri = "urn:ietf:params:rtp-hdrext:sdes:mid";
inline constexpr std::string_view kRidUri = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
inline constexpr std::string_view kRepairedRidUri =
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";

// The number of `uri` in the section, if it is one that a one-byte header can carry: 1..14.
std::optional<std::uint8_t> extensionId(const Section& section, std::string_view uri);
// The same in the media section, else in the session part.
std::optional<std::uint8_t> extensionId(const SessionDescription& session,
                                        const MediaDescription& media, std::string_view uri);

void addExtensionLine(MediaDescription& media, std::optional<std::uint8_t> id,
                      std::string_view uri);

}  // namespace ms::sdp
