#include "server/net/remote_peer.h"

#include <algorithm>
#include <utility>

namespace ms::net {

// The end of a peer's wire at its DTLS connection.
class RemotePeer::DataEnd final : WireReceiver {
 public:
  DataEnd(PeerTransport& transport, TransportIndex index, WirePtr wire, EndOfTurn& turns)
      : transport_(transport), index_(index), end_(std::move(wire), WireSide::Peer, turns, *this) {}

  void onDtlsState(TransportIndex transport, dtls::DtlsState state) {
    if (transport != index_) return;
    if (state == dtls::DtlsState::Connected) end_.sendReady();
    if (state == dtls::DtlsState::Failed || state == dtls::DtlsState::Closed) end_.sendLost();
  }
  void receive(TransportIndex transport, Bytes packet) {
    if (transport == index_) end_.send(packet);
  }

 private:
  void onWireReady() override {}
  void onWireLost() override {}
  void onWirePacket(Bytes packet) override {
    transport_.peer().sendApplicationData(index_, packet);
  }

  PeerTransport& transport_;
  const TransportIndex index_;
  WireEnd end_;
};

// Posts what a transport tells to the home loop of its observer.
class RemotePeer::PostedEvents final : public PeerTransportObserver {
 public:
  PostedEvents(Loop& home, std::weak_ptr<PeerTransportObserver> observer)
      : home_(home), observer_(std::move(observer)) {}

  void onIceCandidate(TransportIndex transport, const ice::Candidate& candidate) override {
    tell([=](auto& told) { told.onIceCandidate(transport, candidate); });
  }
  void onIceGatheringDone() override {
    tell([](auto& told) { told.onIceGatheringDone(); });
  }
  void onIceState(TransportIndex transport, IceState state) override {
    tell([=](auto& told) { told.onIceState(transport, state); });
  }
  void onIceSelectedPair(TransportIndex transport, const ice::Candidate& local,
                         const ice::Candidate& remote) override {
    tell([=](auto& told) { told.onIceSelectedPair(transport, local, remote); });
  }
  void onDtlsState(TransportIndex transport, dtls::DtlsState state) override {
    if (data) data->onDtlsState(transport, state);
    tell([=](auto& told) { told.onDtlsState(transport, state); });
  }
  void onConnectionState(peer::ConnectionState state) override {
    tell([=](auto& told) { told.onConnectionState(state); });
  }
  void onMediaState(peer::MediaState state) override {
    tell([=](auto& told) { told.onMediaState(state); });
  }
  void onFlowState(rtp::MediaKind kind, peer::FlowDirection direction,
                   peer::FlowState state) override {
    tell([=](auto& told) { told.onFlowState(kind, direction, state); });
  }
  void onSourceFormat(rtp::MediaKind kind, const peer::CodecFormat& format) override {
    tell([=](auto& told) { told.onSourceFormat(kind, format); });
  }
  void onApplicationData(TransportIndex transport, Bytes packet) override {
    if (data) data->receive(transport, packet);
  }

  std::unique_ptr<DataEnd> data;  // Null: no data channels, and what comes for them is nobody's.

 private:
  template <class Call>
  void tell(Call call) const {
    home_.post([weak = observer_, call = std::move(call)] {
      if (const auto observer = weak.lock()) call(*observer);
    });
  }

  Loop& home_;
  const std::weak_ptr<PeerTransportObserver> observer_;
};

// What lives on the worker.
struct RemotePeer::Hosted {
  Hosted(Worker& worker, PeerTransportConfig config, Loop& home,
         std::weak_ptr<PeerTransportObserver> observer)
      : turns((worker.loop().assertHere(), worker.services().turns)),
        events(home, std::move(observer)),
        transport(worker, std::move(config), events) {}

  EndOfTurn& turns;
  PostedEvents events;
  PeerTransport transport;
};

RemotePeer::RemotePeer(Loop& home, WorkerLease lease, PeerTransportConfig config,
                       std::weak_ptr<PeerTransportObserver> observer)
    : home_(home),
      lease_(std::move(lease)),
      hosted_(lease_.loop(), [&worker = lease_.worker(), config = std::move(config), &home,
                              observer = std::move(observer)]() mutable {
        return std::make_unique<Hosted>(worker, std::move(config), home, std::move(observer));
      }) {}

RemotePeer::~RemotePeer() = default;

void RemotePeer::gather(const IceConfig& ice, std::move_only_function<void(bool)> done) {
  hosted_.call([&home = home_, ice, done = std::move(done)](Hosted& hosted) mutable {
    hosted.transport.configure(ice);
    home.post(
        [done = std::move(done), is_open = hosted.transport.gather()]() mutable { done(is_open); });
  });
}

void RemotePeer::start(const sdp::NegotiatedSession& session) {
  for (const sdp::NegotiatedMedia& media : session.media)
    if (media.receive) outlets_.push_back(std::make_shared<Outlet>(lease_.worker(), media.kind));
  hosted_.call([session, outlets = outlets_](Hosted& hosted) {
    hosted.transport.start(session);
    for (const OutletPtr& outlet : outlets) hosted.transport.publish(outlet);
  });
}

void RemotePeer::carryData(TransportIndex transport, WirePtr wire) {
  hosted_.call([transport, wire = std::move(wire)](Hosted& hosted) mutable {
    hosted.events.data =
        std::make_unique<DataEnd>(hosted.transport, transport, std::move(wire), hosted.turns);
  });
}

void RemotePeer::restart(const sdp::NegotiatedSession& session, const ice::Credentials& ours) {
  hosted_.call([session, ours](Hosted& hosted) {
    hosted.transport.restart(ours);
    hosted.transport.reconnect(session);
  });
}

void RemotePeer::addRemoteCandidate(TransportIndex transport, const ice::Candidate& candidate) {
  hosted_.call([=](Hosted& hosted) {
    (void)hosted.transport.addRemoteCandidate(transport, candidate);  // Those over the limit.
  });
}

void RemotePeer::setBandwidth(const peer::BandwidthLimits& limits) {
  hosted_.call([=](Hosted& hosted) { hosted.transport.peer().setBandwidth(limits); });
}

void RemotePeer::setRembParams(const rtp::RembParams& params) {
  hosted_.call([=](Hosted& hosted) { hosted.transport.peer().setRembParams(params); });
}

OutletPtr RemotePeer::outlet(rtp::MediaKind kind) const {
  const auto found = std::ranges::find(outlets_, kind, &Outlet::kind);
  return found == outlets_.end() ? nullptr : *found;
}

void RemotePeer::setSource(rtp::MediaKind kind, OutletPtr source) {
  hosted_.call([kind, source = std::move(source)](Hosted& hosted) {
    hosted.transport.setSource(kind, source);
  });
}

void RemotePeer::measureLatency(bool is_wanted) {
  hosted_.call([is_wanted](Hosted& hosted) {
    hosted.transport.peer().measureLatency(is_wanted ? &Loop::now : nullptr);
  });
}

void RemotePeer::statistics(std::move_only_function<void(const peer::PeerStatistics&)> done) {
  hosted_.call([&home = home_, done = std::move(done)](Hosted& hosted) mutable {
    home.post([done = std::move(done), result = hosted.transport.peer().statistics()]() mutable {
      done(result);
    });
  });
}

}  // namespace ms::net
