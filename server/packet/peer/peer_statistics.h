// Numbers of a peer for getStats and for tests: plain values, copied when asked for.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "server/base/units.h"
#include "server/packet/peer/peer_drop.h"
#include "server/packet/rtp/types.h"

namespace ms::peer {

// One SSRC that the peer sends.
struct InboundStatistics {
  rtp::MediaKind kind = rtp::MediaKind::Audio;
  rtp::Ssrc ssrc;
  std::uint64_t packets_received = 0;
  std::uint64_t bytes_received = 0;
  std::int64_t packets_lost = 0;
  double fraction_lost = 0;  // 0..1, of the last report interval.
  Duration jitter{};
  std::uint64_t pli_count = 0;   // Sent by us.
  std::uint64_t fir_count = 0;   // Sent by us.
  std::uint64_t nack_count = 0;  // Packets that we asked for again.
  std::uint64_t recovered = 0;   // Of them, those that came.
  Bitrate remb;                  // That we granted; 0 for audio.
};

// One SSRC that we send.
struct OutboundStatistics {
  rtp::MediaKind kind = rtp::MediaKind::Audio;
  rtp::Ssrc ssrc;
  std::uint64_t packets_sent = 0;
  std::uint64_t bytes_sent = 0;
  std::int64_t packets_lost = 0;  // As the peer says.
  double fraction_lost = 0;       // As the peer says, 0..1.
  std::optional<Duration> round_trip_time;
  std::uint64_t pli_count = 0;   // Received from the peer.
  std::uint64_t fir_count = 0;   // Received from the peer.
  std::uint64_t nack_count = 0;  // NACK packets received from the peer.
  std::uint64_t retransmitted = 0;
  Bitrate remb;            // What the peer can take, as it says; 0 when it has said nothing.
  Bitrate target_bitrate;  // The same within the endpoint's limits.
};

struct PeerStatistics {
  std::vector<InboundStatistics> inbound;
  std::vector<OutboundStatistics> outbound;
  PeerDropCounters drops;
};

}  // namespace ms::peer
