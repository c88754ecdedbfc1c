// A PeerTransport on a worker of its own choice, as an endpoint on its pipeline's loop uses it:
// calls are posted to the transport, and what it tells is posted back, both in their order. So the
// peers of one pipeline can be spread over all cores, and nobody waits for anybody.
//
// Every function is called, every observer function and every answer is told, on the home loop.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "server/net/outlet.h"
#include "server/net/peer_transport.h"
#include "server/net/remote.h"
#include "server/net/wire.h"
#include "server/net/worker_loops.h"

namespace ms::net {

class RemotePeer {
 public:
  // The observer is told as long as somebody holds it.
  RemotePeer(Loop& home, WorkerLease lease, PeerTransportConfig config,
             std::weak_ptr<PeerTransportObserver> observer);
  // Stops the transport: BYE, links, sockets.
  ~RemotePeer();
  RemotePeer(const RemotePeer&) = delete;
  RemotePeer& operator=(const RemotePeer&) = delete;

  // As of PeerTransport. `ice`: what is gathered, as of IceAgent::configure(). `is_open`: false
  // when no socket could be opened.
  void gather(const IceConfig& ice, std::move_only_function<void(bool is_open)> done);
  void start(const sdp::NegotiatedSession& session);
  // What comes and goes over DTLS itself on this transport; before start().
  void carryData(TransportIndex transport, WirePtr wire);
  // The peer began ICE anew: its credentials and candidates are the session's, ours are these.
  void restart(const sdp::NegotiatedSession& session, const ice::Credentials& ours);
  void addRemoteCandidate(TransportIndex transport, const ice::Candidate& candidate);
  void setBandwidth(const peer::BandwidthLimits& limits);
  void setRembParams(const rtp::RembParams& params);

  // Of the worker that it lives on.
  Loop& loop() const { return lease_.loop(); }

  // What the peer feeds others with, null for a kind that it does not send; from start() on.
  OutletPtr outlet(rtp::MediaKind kind) const;
  // What the peer is fed with; null: nothing.
  void setSource(rtp::MediaKind kind, OutletPtr source);

  // Whether packets' time on this server is measured, for statistics.
  void measureLatency(bool is_wanted);
  void statistics(std::move_only_function<void(const peer::PeerStatistics&)> done);

 private:
  class PostedEvents;
  class DataEnd;
  struct Hosted;

  Loop& home_;
  const WorkerLease lease_;
  std::vector<OutletPtr> outlets_;
  Remote<Hosted> hosted_;
};

}  // namespace ms::net
