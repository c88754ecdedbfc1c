// A peer's numbers as the registers of getStats (facts in docs/api-reference.md,
// RTCInboundRTPStreamStats and its kin). Keeps the ids, so that an entry has the same one each
// time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "modules/core/src/media_element.h"
#include "server/packet/ice/candidate.h"
#include "server/packet/peer/peer_statistics.h"
#include "server/packet/sctp/data_peer.h"
#include "server/packet/sdp/negotiated.h"

namespace ms::elements {

// What ICE knows, of all transports together; pairs by index of the transport.
struct IceStatistics {
  std::vector<ice::Candidate> local;
  std::vector<ice::Candidate> remote;
  std::map<std::size_t, std::pair<ice::Candidate, ice::Candidate>> selected;  // Local, remote.
};

class WebRtcStats {
 public:
  struct Sources {
    const peer::PeerStatistics& numbers;
    const sdp::NegotiatedSession& session;
    const IceStatistics& ice;
    const sctp::DataStatistics& data;
  };

  // Without `type` audio, video, data and what they share; with it only that medium's streams,
  // tracks, codecs or channels, and what they share.
  void add(const Sources& sources, std::optional<api::MediaType> type, core::StatsMap& stats);
  // Of a peer without ICE: streams, tracks, codecs and transports.
  void addPlain(const peer::PeerStatistics& numbers, const sdp::NegotiatedSession& session,
                std::optional<api::MediaType> type, core::StatsMap& stats);

 private:
  class Report;

  const std::string& idOf(const std::string& what);

  static constexpr std::size_t kMaxIds = 512;  // A peer may change its SSRCs again and again.
  std::map<std::string, std::string> ids_;
};

// EndpointStats: how long packets are on their way to this endpoint, and through it, in ns. Of its
// `id` and the present.
std::shared_ptr<api::EndpointStats> makeLatencyStats(const std::string& id,
                                                     const peer::PeerStatistics& numbers,
                                                     std::optional<api::MediaType> type);

}  // namespace ms::elements
