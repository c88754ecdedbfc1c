// What the peer's description says about one m-line and about the transport of several, as values
// for NegotiatedSession. Shared by both ways to negotiate.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "server/packet/sdp/negotiated.h"
#include "server/packet/sdp/offer_answer.h"
#include "server/packet/sdp/session_description.h"

namespace ms::sdp {

std::optional<rtp::MediaKind> rtpKind(const MediaDescription& media);
std::string_view midOf(const MediaDescription& media);

// The mids of the first BUNDLE group; nothing when there is none.
std::optional<std::vector<std::string_view>> bundleMids(const SessionDescription& session);

// The section's own a=setup, else the session's; empty text when there is neither.
std::string_view setupOf(const SessionDescription& session, const MediaDescription& media);

// Fills in what does not depend on who offered: remote SSRCs and bandwidth, our SSRC and cname.
void readStreams(const MediaDescription& remote, NegotiatedMedia& media);
void addLocalStream(const NegotiationConfig& config, NegotiatedMedia& media);

// Address and ports of plain RTP.
RtpTarget readTarget(const SessionDescription& session, const MediaDescription& remote);

// Which m-lines share a transport: with BUNDLE those of the group, in its order, as one.
struct TransportPlan {
  std::vector<std::size_t> mlines;
  bool bundled = false;
};
// `accepted`: indices of m-lines; `mids`: of all m-lines.
std::vector<TransportPlan> planTransports(
    const std::optional<std::vector<std::string_view>>& bundle,
    std::span<const std::size_t> accepted, std::span<const std::string_view> mids);

// The section whose ICE and DTLS lines count for that transport: the first that has any.
NegotiatedTransport readTransport(const SessionDescription& remote, const TransportPlan& plan);

}  // namespace ms::sdp
