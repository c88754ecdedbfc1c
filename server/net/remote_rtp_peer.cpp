#include "server/net/remote_rtp_peer.h"

#include <algorithm>
#include <utility>

namespace ms::net {

// Posts what a transport tells to the home loop of its observer.
class RemoteRtpPeer::PostedEvents final : public RtpTransportObserver {
 public:
  PostedEvents(Loop& home, std::weak_ptr<RtpTransportObserver> observer)
      : home_(home), observer_(std::move(observer)) {}

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
  void onKeySoftLimit(rtp::MediaKind kind) override {
    tell([=](auto& told) { told.onKeySoftLimit(kind); });
  }
  void onSourceFormat(rtp::MediaKind kind, const peer::CodecFormat& format) override {
    tell([=](auto& told) { told.onSourceFormat(kind, format); });
  }

 private:
  template <class Call>
  void tell(Call call) const {
    home_.post([weak = observer_, call = std::move(call)] {
      if (const auto observer = weak.lock()) call(*observer);
    });
  }

  Loop& home_;
  const std::weak_ptr<RtpTransportObserver> observer_;
};

// What lives on the worker.
struct RemoteRtpPeer::Hosted {
  Hosted(Worker& worker, const rtp::NtpClock& clock, Loop& home,
         std::weak_ptr<RtpTransportObserver> observer)
      : events(home, std::move(observer)), transport(worker, clock, events) {}

  PostedEvents events;
  RtpTransport transport;
};

RemoteRtpPeer::RemoteRtpPeer(Loop& home, WorkerLease lease, const rtp::NtpClock& clock,
                             std::weak_ptr<RtpTransportObserver> observer)
    : home_(home),
      lease_(std::move(lease)),
      hosted_(lease_.loop(),
              [&worker = lease_.worker(), clock, &home, observer = std::move(observer)]() mutable {
                return std::make_unique<Hosted>(worker, clock, home, std::move(observer));
              }) {}

RemoteRtpPeer::~RemoteRtpPeer() = default;

void RemoteRtpPeer::start(const sdp::NegotiatedSession& session, std::vector<MediaPorts> ports) {
  for (const sdp::NegotiatedMedia& media : session.media)
    if (media.receive) outlets_.push_back(std::make_shared<Outlet>(lease_.worker(), media.kind));
  hosted_.call([session, ports = std::move(ports), outlets = outlets_](Hosted& hosted) mutable {
    hosted.transport.start(session, std::move(ports));
    for (const OutletPtr& outlet : outlets) hosted.transport.publish(outlet);
  });
}

void RemoteRtpPeer::setBandwidth(const peer::BandwidthLimits& limits) {
  hosted_.call([=](Hosted& hosted) { hosted.transport.peer().setBandwidth(limits); });
}

void RemoteRtpPeer::setRembParams(const rtp::RembParams& params) {
  hosted_.call([=](Hosted& hosted) { hosted.transport.peer().setRembParams(params); });
}

OutletPtr RemoteRtpPeer::outlet(rtp::MediaKind kind) const {
  const auto found = std::ranges::find(outlets_, kind, &Outlet::kind);
  return found == outlets_.end() ? nullptr : *found;
}

void RemoteRtpPeer::setSource(rtp::MediaKind kind, OutletPtr source) {
  hosted_.call([kind, source = std::move(source)](Hosted& hosted) {
    hosted.transport.setSource(kind, source);
  });
}

void RemoteRtpPeer::measureLatency(bool is_wanted) {
  hosted_.call([is_wanted](Hosted& hosted) {
    hosted.transport.peer().measureLatency(is_wanted ? &Loop::now : nullptr);
  });
}

void RemoteRtpPeer::statistics(std::move_only_function<void(const peer::PeerStatistics&)> done) {
  hosted_.call([&home = home_, done = std::move(done)](Hosted& hosted) mutable {
    home.post([done = std::move(done), result = hosted.transport.peer().statistics()]() mutable {
      done(result);
    });
  });
}

}  // namespace ms::net
