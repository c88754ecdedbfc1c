// Numbers of a peer for getStats and for tests: plain values, copied when asked for.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "server/base/units.h"
#include "server/packet/dtls/fingerprint.h"
#include "server/packet/peer/latency_meter.h"
#include "server/packet/peer/peer_drop.h"
#include "server/packet/rtp/frame_size.h"
#include "server/packet/rtp/types.h"

namespace ms::peer {

// Of video; all 0 for audio.
struct FrameStatistics {
  std::uint64_t frames = 0;
  double per_second = 0;
  rtp::FrameSize size;  // 0 x 0 while no key frame has told it.
};

// One SSRC that the peer sends.
struct InboundStatistics {
  rtp::MediaKind kind = rtp::MediaKind::Audio;
  rtp::Ssrc ssrc;
  std::size_t transport = 0;
  rtp::PayloadType payload_type;  // Of the newest packet.
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
  FrameStatistics video;
};

// One SSRC that we send.
struct OutboundStatistics {
  rtp::MediaKind kind = rtp::MediaKind::Audio;
  rtp::Ssrc ssrc;
  std::size_t transport = 0;
  std::optional<rtp::PayloadType> payload_type;  // Of the newest packet.
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
  FrameStatistics video;
  // From the arrival at this server to this sink, and until the packet had been sent on. Only while
  // MediaPeer::measureLatency() asks for it.
  LatencyMeter input_latency;
  LatencyMeter end_to_end_latency;
};

struct CertificateStatistics {
  dtls::Fingerprint fingerprint;  // SHA-256.
  std::vector<std::uint8_t> der;
};

// One transport, whatever it carries; bytes are those of the datagrams.
struct TransportStatistics {
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  bool is_connected = false;
  // With DTLS only; the remote one once it has proved to be the signalled one.
  std::optional<CertificateStatistics> local_certificate;
  std::optional<CertificateStatistics> remote_certificate;
};

struct PeerStatistics {
  std::vector<TransportStatistics> transports;
  std::vector<InboundStatistics> inbound;
  std::vector<OutboundStatistics> outbound;
  PeerDropCounters drops;
};

}  // namespace ms::peer
