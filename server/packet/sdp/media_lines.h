// The lines that this server writes into offers and answers alike.
#pragma once

#include <span>
#include <string_view>

#include "server/packet/sdp/offer_answer.h"
#include "server/packet/sdp/session_description.h"

namespace ms::sdp {

inline constexpr std::uint16_t kWebRtcPort = 1;  // Not the discard port: as applications know it.
inline constexpr std::uint8_t kOwnAbsSendTimeId = 3;

// o=, s=, c= and t=.
void addSessionLines(SessionDescription& session, const NegotiationConfig& config);

// a=rtcp: where RTCP would go without candidates, or for plain RTP its port.
void addRtcpLine(MediaDescription& media, const NegotiationConfig& config, rtp::MediaKind kind);

// ice-ufrag, ice-pwd and fingerprint; nothing for plain RTP.
void addTransportLines(MediaDescription& media, const NegotiationConfig& config);

// a=ssrc with the cname.
void addSsrcLine(MediaDescription& media, const NegotiationConfig& config, rtp::MediaKind kind);
// The format `rtx` with what says whose retransmissions it carries (RFC 4588 §8.1).
void addRtxLines(MediaDescription& media, rtp::PayloadType payload_type, rtp::PayloadType rtx,
                 std::uint32_t clock_rate);
// The SSRC on which retransmissions of video are sent, as a group FID (RFC 5576 §4.2).
void addRtxSsrcLines(MediaDescription& media, const NegotiationConfig& config);

// a=sctp-port and a=max-message-size (RFC 8841 §5 and §6).
void addSctpLines(MediaDescription& media, const NegotiationConfig& config, std::uint16_t port);

std::uint16_t localPort(const NegotiationConfig& config, rtp::MediaKind kind);
rtp::Ssrc localSsrc(const NegotiationConfig& config, rtp::MediaKind kind);

}  // namespace ms::sdp
