// One remote WebRTC peer on one worker: its ICE agents (one with BUNDLE, else one per m-line) and
// its packet plane, joined. Datagrams, time and the end of both go through here; what flows between
// peers of one worker goes straight from and to peer().source() and peer().sink().
//
// Every function is called, and every observer function is told, on the worker's loop; the observer
// may stop or destroy the transport from inside.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>

#include "server/net/ice_agent.h"
#include "server/packet/peer/media_peer.h"

namespace ms::net {

class Outlet;

using peer::TransportIndex;

// What a peer sends before we have a path to answer, or before the answer of its description came:
// the first flight of DTLS.
inline constexpr std::size_t kMaxEarlyDatagrams = 16;

struct PeerTransportConfig {
  IceConfig ice;
  ice::Credentials credentials;  // Ours; without any the ICE agent makes its own.
  dtls::Certificate certificate;
  rtp::NtpClock clock;
};

class PeerTransportObserver {
 public:
  virtual ~PeerTransportObserver() = default;

  virtual void onIceCandidate(TransportIndex transport, const ice::Candidate& candidate) = 0;
  // All transports that were known then have all their candidates; told once.
  virtual void onIceGatheringDone() = 0;
  virtual void onIceState(TransportIndex transport, IceState state) = 0;
  virtual void onIceSelectedPair(TransportIndex transport, const ice::Candidate& local,
                                 const ice::Candidate& remote) = 0;
  // As peer::PeerObserver tells them.
  virtual void onDtlsState(TransportIndex transport, dtls::DtlsState state) = 0;
  virtual void onConnectionState(peer::ConnectionState state) = 0;
  virtual void onMediaState(peer::MediaState state) = 0;
  virtual void onFlowState(rtp::MediaKind kind, peer::FlowDirection direction,
                           peer::FlowState state) = 0;
  virtual void onSourceFormat(rtp::MediaKind, const peer::CodecFormat&) {}
  virtual void onApplicationData(TransportIndex transport, Bytes data) = 0;
};

class PeerTransport {
 public:
  // `observer` outlives the transport or its stop().
  PeerTransport(Worker& worker, PeerTransportConfig config, PeerTransportObserver& observer);
  // Stops.
  ~PeerTransport();
  PeerTransport(const PeerTransport&) = delete;
  PeerTransport& operator=(const PeerTransport&) = delete;

  // One pair for all transports, as in every description of ours.
  ice::Credentials localCredentials() const;

  // As IceAgent::configure(), of all transports.
  void configure(const IceConfig& ice);

  // Opens sockets and tells their candidates; before start() for the first transport, and for
  // further ones as soon as they are known. False: no socket could be opened.
  bool gather();

  // Once, when offer and answer are complete: takes the peer's credentials and the candidates of
  // its description, and lets media pass.
  void start(const sdp::NegotiatedSession& session);

  // ICE restart (RFC 8445, section 9): new credentials of ours, one pair for all transports; when
  // none are given the ICE agent makes them. Media goes on over the old pairs until reconnect() has
  // led to new ones. After start().
  ice::Credentials restart(const ice::Credentials& ours = {});
  // The peer's new credentials and candidates, of the description that answers or began the
  // restart.
  void reconnect(const sdp::NegotiatedSession& session);

  // Before start() only transport 0 is known.
  std::expected<void, CandidateRefusal> addRemoteCandidate(TransportIndex transport,
                                                           const ice::Candidate& candidate);

  // What the peer sends is to be had at `outlet` until stop(), if it sends that kind. After
  // start().
  void publish(const std::shared_ptr<Outlet>& outlet);
  // The peer is fed with what leaves at `outlet`, on whatever worker, or with nothing (null).
  void setSource(rtp::MediaKind kind, const std::shared_ptr<Outlet>& outlet);

  // Says BYE, ends all links and closes the sockets. The observer hears no more.
  void stop();

  peer::MediaPeer& peer();
  const peer::MediaPeer& peer() const;
  std::size_t transportCount() const;
  IceState iceState(TransportIndex transport) const;
  const IceCounters& iceCounters(TransportIndex transport) const;

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace ms::net
