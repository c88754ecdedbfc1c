// One remote peer of plain RTP on one worker: a pair of ports per m-line and its packet plane,
// joined. Datagrams, time and the end of both go through here.
//
// Every function is called, and every observer function is told, on the worker's loop; the observer
// must not stop or destroy the transport from inside.
#pragma once

#include <bitset>
#include <cstdint>
#include <memory>
#include <vector>

#include "server/net/port_pair.h"
#include "server/net/symmetric_rtp.h"
#include "server/net/udp_socket.h"
#include "server/packet/peer/media_peer.h"

namespace ms::net {

class Outlet;
class Worker;

using peer::TransportIndex;

struct MediaPorts {
  rtp::MediaKind kind;
  PortPair ports;
};

struct RtpTransportCounters {
  std::uint64_t strangers = 0;      // Datagrams of somebody else than the peer.
  std::uint64_t held = 0;           // Kept until it was clear whose they are.
  std::uint64_t given_up = 0;       // Of those, never clear.
  std::uint64_t times_learned = 0;  // That the peer's address became known or another one.
};

class RtpTransportObserver {
 public:
  virtual ~RtpTransportObserver() = default;

  // As peer::PeerObserver tells them.
  virtual void onConnectionState(peer::ConnectionState state) = 0;
  virtual void onMediaState(peer::MediaState state) = 0;
  virtual void onFlowState(rtp::MediaKind kind, peer::FlowDirection direction,
                           peer::FlowState state) = 0;
  virtual void onKeySoftLimit(rtp::MediaKind kind) = 0;
  virtual void onSourceFormat(rtp::MediaKind, const peer::CodecFormat&) {}
};

class RtpTransport final : private peer::PeerObserver {
 public:
  // What one m-line keeps while it is not clear who its peer is.
  static constexpr std::size_t kMaxHeldDatagrams = 32;

  // `observer` outlives the transport or its stop().
  RtpTransport(Worker& worker, const rtp::NtpClock& clock, RtpTransportObserver& observer);
  // Stops.
  ~RtpTransport();
  RtpTransport(const RtpTransport&) = delete;
  RtpTransport& operator=(const RtpTransport&) = delete;

  // Once, when offer and answer are complete. Each medium of the session takes the ports of its
  // kind; ports that no medium takes are closed.
  void start(const sdp::NegotiatedSession& session, std::vector<MediaPorts> ports);

  // What the peer sends is to be had at `outlet` until stop(), if it sends that kind. After
  // start().
  void publish(const std::shared_ptr<Outlet>& outlet);
  // The peer is fed with what leaves at `outlet`, on whatever worker, or with nothing (null).
  void setSource(rtp::MediaKind kind, const std::shared_ptr<Outlet>& outlet);

  // Says BYE, ends all links and closes the sockets. The observer hears no more.
  void stop();

  peer::MediaPeer& peer() { return peer_; }
  const peer::MediaPeer& peer() const { return peer_; }
  const RtpTransportCounters& counters() const { return counters_; }

 private:
  class Path;

  template <class Call>
  void tell(Call call) {
    if (observer_) call(*observer_);
  }
  void lookAtTime();
  void onTimer();

  // From the packet plane.
  void onDatagram(TransportIndex transport, peer::Component component, Bytes datagram) override;
  void onDtlsState(TransportIndex, dtls::DtlsState) override {}
  void onConnectionState(peer::ConnectionState state) override;
  void onMediaState(peer::MediaState state) override;
  void onFlowState(rtp::MediaKind kind, peer::FlowDirection direction,
                   peer::FlowState state) override;
  void onKeySoftLimit(rtp::MediaKind kind) override;
  void onSourceFormat(rtp::MediaKind kind, const peer::CodecFormat& format) override;
  void onApplicationData(TransportIndex, Bytes) override {}
  void onTimeoutChanged() override { lookAtTime(); }

  Worker& worker_;
  RtpTransportObserver* observer_;  // Null once stopped.
  RtpTransportCounters counters_;
  Timer timer_;
  Timestamp timer_due_ = kNever;
  std::vector<std::shared_ptr<Outlet>> outlets_;
  peer::MediaPeer peer_;
  std::vector<std::unique_ptr<Path>> paths_;  // By TransportIndex.
};

}  // namespace ms::net
