// A peer's numbers as the registers of getStats (facts in docs/api-reference.md,
// RTCInboundRTPStreamStats and its kin). Keeps the ids, so that an entry has the same one each
// time.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "modules/core/src/media_element.h"
#include "server/packet/peer/peer_statistics.h"
#include "server/packet/sctp/data_peer.h"

namespace ms::elements {

class WebRtcStats {
 public:
  // Without `type` audio, video, data and session; with it only that medium's, and the session.
  void add(const peer::PeerStatistics& numbers, const sctp::DataStatistics& data,
           std::optional<api::MediaType> type, core::StatsMap& stats);

 private:
  const std::string& idOf(const std::string& what);

  static constexpr std::size_t kMaxIds = 512;  // A peer may change its SSRCs again and again.
  std::map<std::string, std::string> ids_;
};

}  // namespace ms::elements
