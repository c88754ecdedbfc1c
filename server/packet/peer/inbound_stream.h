// What we keep of one SSRC that the peer sends media on.
#pragma once

#include <optional>

#include "server/base/units.h"
#include "server/packet/peer/payload_types.h"
#include "server/packet/rtp/nack_tracker.h"
#include "server/packet/rtp/receive_rate.h"
#include "server/packet/rtp/receive_statistics.h"
#include "server/packet/rtp/types.h"

namespace ms::peer {

struct InboundStream {
  InboundStream(rtp::Ssrc ssrc_, const PayloadTypeEntry& entry, Timestamp now)
      : ssrc(ssrc_),
        payload(&entry),
        // SRTP has proved whose packet it is, so no probation is needed.
        statistics(ssrc_, entry.format.clock_rate, rtp::ReceiveStatistics::Trust::Announced),
        last_arrival(now) {
    if (entry.nack) losses.emplace();
  }

  rtp::Ssrc ssrc;
  const PayloadTypeEntry* payload;  // Of the newest packet.
  rtp::ReceiveStatistics statistics;
  std::optional<rtp::NackTracker> losses;  // Only where the peer sends again.
  rtp::ReceiveRate rate;
  Timestamp last_arrival;
  bool ended = false;  // The peer said BYE.
};

}  // namespace ms::peer
