// The words of the API for what transport and media say: states, ids and pairs in events and lists
// of a WebRtcEndpoint (facts in docs/api-reference.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "modules/core/api.h"
#include "modules/elements/api.h"
#include "server/base/units.h"
#include "server/net/ice_agent.h"
#include "server/packet/dtls/dtls_session.h"
#include "server/packet/peer/media_peer.h"
#include "server/packet/rtp/remb_params.h"
#include "server/packet/sdp/negotiated.h"
#include "server/packet/sdp/session_description.h"

namespace ms::elements {

api::IceComponentState toApi(net::IceState state);
api::DtlsConnectionState toApi(dtls::DtlsState state);
rtp::RembParams toRtp(const api::RembParams& params);  // What is not set has its default.
sdp::Fingerprint toSdp(const dtls::Fingerprint& fingerprint);
Bitrate kbps(int value);

// Streams are counted from 1, as libnice does.
int streamIdOf(peer::TransportIndex transport);

// The sending and the receiving half of the DTLS association, which the original lists apart.
std::vector<api::DtlsConnection> dtlsConnections(peer::TransportIndex transport,
                                                 api::DtlsConnectionState state);

struct MlineOfTransport {
  std::size_t index = 0;
  std::string mid;
};
// The m-lines that share a transport: of the session, or while there is only an offer, all of it.
std::vector<MlineOfTransport> mlinesOf(const sdp::SessionDescription& local,
                                       const std::optional<sdp::NegotiatedSession>& session,
                                       peer::TransportIndex transport);

// Seconds since 1900, for the o= line (RFC 8866, section 5.2).
std::uint64_t ntpSecondsNow();

}  // namespace ms::elements
