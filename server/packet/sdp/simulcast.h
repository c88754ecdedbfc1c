// Several encodings of one video at once: a=rid (RFC 8851) with a=simulcast (RFC 8853), and the
// ssrc-group SIM by which older browsers announced the same.
//
//   a=rid:<id> send|recv [pt=<payload types>][;<restriction>...]
//   a=simulcast:send <stream>[;<stream>...]     <stream>: [~]<id>[,[~]<id>...], the first preferred
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "server/packet/sdp/negotiated.h"
#include "server/packet/sdp/session_description.h"

namespace ms::sdp {

inline constexpr std::size_t kMaxSimulcastLayers = 4;

// What the peer would send, in its order: of each stream the first alternative that has an a=rid
// line. At most kMaxSimulcastLayers; empty when that is fewer than two.
std::vector<RemoteRid> offeredRids(const MediaDescription& media);

// The lines of an answer that receives them all: each restriction as it was offered.
void addReceivedRids(const MediaDescription& offered, const std::vector<RemoteRid>& rids,
                     MediaDescription& answer);

// The SSRCs of the first group SIM, if it has 2..kMaxSimulcastLayers.
std::vector<rtp::Ssrc> simulcastSsrcs(const MediaDescription& media);

}  // namespace ms::sdp
