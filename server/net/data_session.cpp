#include "server/net/data_session.h"

#include <utility>

#include "server/packet/dtls/dtls_session.h"

namespace ms::net {

static_assert(sctp::Association::kMaxPacketBytes <= dtls::DtlsSession::kMaxApplicationBytes);

// What lives on the loop of SCTP. What it tells is posted home.
struct DataSession::Hosted final : sctp::DataPeerObserver, WireReceiver {
  struct Place {
    Loop& home;
    SctpLoop& sctp;
    SctpServices& services;
  };

  Hosted(const Place& place, const sctp::DataPeerConfig& config, WirePtr wire,
         DataOutletPtr outlet_of_peer, std::weak_ptr<DataSessionObserver> told)
      : home(place.home),
        observer(std::move(told)),
        outlet(std::move(outlet_of_peer)),
        end(std::move(wire), WireSide::Association, place.services.turns, *this),
        peer(place.services.stack, config, *this, Loop::now()),
        flow_timer(place.sctp.loop()) {
    outlet->open(peer);
    place.sctp.keepTime();
  }
  ~Hosted() {
    outlet->close();
    peer.stop();
  }

  template <class Call>
  void tell(Call call) const {
    home.post([weak = observer, call = std::move(call)] {
      if (const auto told = weak.lock()) call(*told);
    });
  }
  void lookAtFlow() {
    flow_timer.start(sctp::DataPeer::kFlowCheckInterval, [this] {
      peer.checkFlow();
      lookAtFlow();
    });
  }

  // WireReceiver.
  void onWireReady() override { peer.connect(); }
  void onWireLost() override { peer.disconnect(); }
  void onWirePacket(Bytes packet) override { peer.receive(packet); }

  // sctp::DataPeerObserver.
  void onPacket(Bytes packet) override { end.send(packet); }
  void onDataConnected() override {
    lookAtFlow();
    tell([](auto& told) { told.onDataConnected(); });
  }
  void onDataClosed() override {
    tell([](auto& told) { told.onDataClosed(); });
  }
  void onChannelOpened(sctp::StreamId channel) override {
    tell([channel](auto& told) { told.onChannelOpened(channel); });
  }
  void onChannelClosed(sctp::StreamId channel) override {
    tell([channel](auto& told) { told.onChannelClosed(channel); });
  }
  void onDataFlow(sctp::DataDirection direction, sctp::DataFlow flow) override {
    tell([=](auto& told) { told.onDataFlow(direction, flow); });
  }

  Loop& home;
  const std::weak_ptr<DataSessionObserver> observer;
  const DataOutletPtr outlet;
  WireEnd end;
  sctp::DataPeer peer;
  Timer flow_timer;
};

DataSession::DataSession(Loop& home, Loop& peer, SctpLoop& sctp, const sctp::DataPeerConfig& config,
                         std::weak_ptr<DataSessionObserver> observer)
    : home_(home),
      wire_(std::make_shared<Wire>(peer, sctp.loop())),
      outlet_(std::make_shared<DataOutlet>(sctp.loop())),
      hosted_(sctp.loop(), [&home, &sctp, config, wire = wire_, outlet = outlet_,
                            observer = std::move(observer)]() mutable {
        sctp.loop().assertHere();
        return std::make_unique<Hosted>(
            Hosted::Place{.home = home, .sctp = sctp, .services = sctp.services()}, config,
            std::move(wire), std::move(outlet), std::move(observer));
      }) {}

DataSession::~DataSession() = default;

void DataSession::setSource(DataOutletPtr source) {
  hosted_.call([source = std::move(source)](Hosted& hosted) {
    hosted.peer.setSource(source ? source->source() : nullptr);
  });
}

void DataSession::open(sctp::ChannelParameters parameters) {
  hosted_.call([parameters = std::move(parameters)](Hosted& hosted) {
    const auto channel = hosted.peer.open(parameters);
    if (channel) return;
    hosted.tell([reason = channel.error()](auto& told) { told.onChannelRefused(reason); });
  });
}

// One that has closed meanwhile is told as closed anyway.
void DataSession::close(sctp::StreamId channel) {
  hosted_.call([channel](Hosted& hosted) { (void)hosted.peer.close(channel); });
}

void DataSession::statistics(std::move_only_function<void(const sctp::DataStatistics&)> done) {
  hosted_.call([&home = home_, done = std::move(done)](Hosted& hosted) mutable {
    home.post(
        [done = std::move(done), result = hosted.peer.statistics()]() mutable { done(result); });
  });
}

}  // namespace ms::net
