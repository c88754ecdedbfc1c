// The descriptions of the light peers: one m-line each, with what browsers and RTP senders put
// there and no more.
#pragma once

#include <cstdint>
#include <string>

#include "bench/load/peer.h"
#include "server/packet/ice/credentials.h"
#include "server/packet/sdp/session_description.h"

namespace ms::load {

struct WebRtcParameters {
  ice::Credentials credentials;
  std::string fingerprint;
  std::string candidate;  // With its "candidate:".
};
std::string webRtcOffer(const PeerSettings& settings, const WebRtcParameters& parameters);

// RTCP goes to the port after `rtp_port`.
std::string rtpOffer(const PeerSettings& settings, std::uint16_t rtp_port);

// Throws LoadError when it is no description, or its m-line is rejected.
sdp::SessionDescription acceptedAnswer(const std::string& answer);

}  // namespace ms::load
