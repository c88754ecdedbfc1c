// An RtpTransport on a worker of its own choice, as an endpoint on its pipeline's loop uses it:
// calls are posted to the transport, and what it tells is posted back, both in their order
// (docs/decisions/0014).
//
// Every function is called, every observer function and every answer is told, on the home loop.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "server/net/outlet.h"
#include "server/net/remote.h"
#include "server/net/rtp_transport.h"
#include "server/net/worker_loops.h"

namespace ms::net {

class RemoteRtpPeer {
 public:
  // The observer is told as long as somebody holds it.
  RemoteRtpPeer(Loop& home, WorkerLease lease, const rtp::NtpClock& clock,
                std::weak_ptr<RtpTransportObserver> observer);
  // Stops the transport: BYE, links, sockets.
  ~RemoteRtpPeer();
  RemoteRtpPeer(const RemoteRtpPeer&) = delete;
  RemoteRtpPeer& operator=(const RemoteRtpPeer&) = delete;

  // As of RtpTransport.
  void start(const sdp::NegotiatedSession& session, std::vector<MediaPorts> ports);
  void setBandwidth(const peer::BandwidthLimits& limits);
  void setRembParams(const rtp::RembParams& params);

  // What the peer feeds others with, null for a kind that it does not send; from start() on.
  OutletPtr outlet(rtp::MediaKind kind) const;
  // What the peer is fed with; null: nothing.
  void setSource(rtp::MediaKind kind, OutletPtr source);

  // Whether packets' time on this server is measured, for statistics.
  void measureLatency(bool is_wanted);
  void statistics(std::move_only_function<void(const peer::PeerStatistics&)> done);

 private:
  class PostedEvents;
  struct Hosted;

  Loop& home_;
  const WorkerLease lease_;
  std::vector<OutletPtr> outlets_;
  Remote<Hosted> hosted_;
};

}  // namespace ms::net
