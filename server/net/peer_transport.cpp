#include "server/net/peer_transport.h"

#include <utility>
#include <vector>

#include "server/base/loop.h"
#include "server/net/drop_log.h"
#include "server/net/outlet.h"
#include "server/net/timer_tick.h"
#include "server/net/worker_loops.h"

namespace ms::net {

// Outlives the PeerTransport while it is being called: a callback that stops it returns into it.
struct PeerTransport::Parts final : peer::PeerObserver, std::enable_shared_from_this<Parts> {
  // One transport: an agent, and what came too early on it.
  struct Path : IceObserver {
    Path(Parts& parts, TransportIndex index)
        : owner(parts), transport(index), agent(parts.worker, parts.config.ice, *this) {}

    void onIceCandidate(const ice::Candidate& candidate) override;
    void onIceGatheringDone() override;
    void onIceState(IceState state) override;
    void onIceSelectedPair(const ice::Candidate& local, const ice::Candidate& remote) override;
    void onIceDatagram(MutableBytes datagram, Timestamp now) override;
    void takeEarlyDatagrams();

    Parts& owner;
    const TransportIndex transport;
    std::vector<std::vector<std::uint8_t>> early;
    bool has_path = false;
    bool has_gathered = false;
    IceAgent agent;
  };

  Parts(Worker& worker, PeerTransportConfig config, PeerTransportObserver& observer);

  Path& addPath();
  void configure(const IceConfig& ice);
  bool gather();
  void start(const sdp::NegotiatedSession& session);
  void publish(const OutletPtr& outlet);
  ice::Credentials restart(const ice::Credentials& ours);
  void reconnect(const sdp::NegotiatedSession& session);
  void connectPath(Path& path, const sdp::NegotiatedTransport& transport);
  void stop();
  void end();
  void maybeGatheringDone();
  void lookAtTime();
  void onTimer();

  // Calls the packet plane, if it has not been stopped.
  template <class Call>
  void use(Call call) {
    if (!observer) return;
    ++calls;
    call(peer);
    --calls;
  }
  // Tells the observer, if there is one still.
  template <class Call>
  void tell(Call call) {
    if (!observer) return;
    ++calls;
    call(*observer);
    --calls;
  }

  // From the packet plane.
  void onDatagram(TransportIndex transport, peer::Component component, Bytes datagram) override;
  void onDtlsState(TransportIndex transport, dtls::DtlsState state) override;
  void onConnectionState(peer::ConnectionState state) override;
  void onMediaState(peer::MediaState state) override;
  void onFlowState(rtp::MediaKind kind, peer::FlowDirection direction,
                   peer::FlowState state) override;
  void onSourceFormat(rtp::MediaKind kind, const peer::CodecFormat& format) override;
  void onApplicationData(TransportIndex transport, Bytes data) override;
  void onTimeoutChanged() override { lookAtTime(); }

  Worker& worker;
  Loop& loop;
  PeerTransportConfig config;
  PeerTransportObserver* observer;  // Null once stopped.
  int calls = 0;                    // Of the packet plane and the observer that have not returned.
  bool wants_candidates = false;
  bool has_told_gathering_done = false;
  bool is_started = false;
  bool is_ended = false;
  Timer timer;
  Timestamp timer_due = kNever;
  std::vector<std::unique_ptr<Path>> paths;
  std::vector<OutletPtr> outlets;
  peer::MediaPeer peer;
};

PeerTransport::Parts::Parts(Worker& home, PeerTransportConfig wanted, PeerTransportObserver& told)
    : worker(home),
      loop(home.loop()),
      config(std::move(wanted)),
      observer(&told),
      timer(loop),
      peer({.pool = (loop.assertHere(), home.services().pool),
            .random = home.services().random,
            .certificate = config.certificate,
            .clock = config.clock,
            .deliveries = &home.services().deliveries},
           *this) {
  addPath();
}

PeerTransport::Parts::Path& PeerTransport::Parts::addPath() {
  paths.push_back(std::make_unique<Path>(*this, paths.size()));
  Path& path = *paths.back();
  if (paths.size() > 1)
    path.agent.setLocalCredentials(paths.front()->agent.localCredentials());
  else if (!config.credentials.ufrag.empty())
    path.agent.setLocalCredentials(config.credentials);
  return path;
}

// Those that come later are made with it.
void PeerTransport::Parts::configure(const IceConfig& ice) {
  const IceRole role = config.ice.role;
  const int dscp = config.ice.dscp;
  config.ice = ice;
  config.ice.role = role;
  config.ice.dscp = dscp;
  for (const auto& path : paths) path->agent.configure(config.ice);
}

bool PeerTransport::Parts::gather() {
  wants_candidates = true;
  bool has_gathered = true;
  for (std::size_t i = 0; i < paths.size() && observer; ++i)
    has_gathered &= paths[i]->agent.gather();
  return has_gathered && observer;
}

void PeerTransport::Parts::start(const sdp::NegotiatedSession& session) {
  if (!observer || is_started) return;
  is_started = true;
  config.ice.role = session.offerer ? IceRole::Controlling : IceRole::Controlled;
  const std::size_t count = std::min(session.transports.size(), peer::MediaPeer::kMaxTransports);
  while (paths.size() < count) addPath();
  peer.start(session, Loop::now());
  for (std::size_t i = 0; i < count && observer; ++i) connectPath(*paths[i], session.transports[i]);
  if (wants_candidates) gather();
  lookAtTime();
}

void PeerTransport::Parts::publish(const OutletPtr& outlet) {
  peer::MediaSource* source = observer ? peer.source(outlet->kind()) : nullptr;
  if (!source) return;
  outlet->open(*source);
  outlets.push_back(outlet);
}

ice::Credentials PeerTransport::Parts::restart(const ice::Credentials& ours) {
  if (!observer || !is_started) return {};
  ice::Credentials credentials = ours;
  for (std::size_t i = 0; i < paths.size() && observer; ++i) {
    const ice::Credentials made = paths[i]->agent.restart();
    if (credentials.ufrag.empty()) credentials = made;
    paths[i]->agent.setLocalCredentials(credentials);
  }
  return credentials;
}

void PeerTransport::Parts::reconnect(const sdp::NegotiatedSession& session) {
  const std::size_t count = std::min(session.transports.size(), paths.size());
  for (std::size_t i = 0; i < count && observer && is_started; ++i)
    connectPath(*paths[i], session.transports[i]);
}

void PeerTransport::Parts::connectPath(Path& path, const sdp::NegotiatedTransport& transport) {
  path.agent.setRole(config.ice.role);
  for (const auto& candidate : transport.remote_candidates)
    (void)path.agent.addRemoteCandidate(candidate);  // Those over the limit are not needed.
  if (transport.remote_ice) path.agent.setRemoteCredentials(*transport.remote_ice);
  path.takeEarlyDatagrams();
}

// The packet plane may be on the stack below us.
void PeerTransport::Parts::stop() {
  if (!observer) return;
  observer = nullptr;
  if (calls == 0)
    end();
  else
    loop.post([self = shared_from_this()] { self->end(); });
}

void PeerTransport::Parts::end() {
  if (std::exchange(is_ended, true)) return;
  timer.cancel();
  for (const OutletPtr& outlet : std::exchange(outlets, {})) outlet->close();
  peer.stop(Loop::now());
  logDrops(peer);
  for (const auto& path : paths) path->agent.close();
}

void PeerTransport::Parts::maybeGatheringDone() {
  for (const auto& path : paths)
    if (!path->has_gathered) return;
  if (std::exchange(has_told_gathering_done, true)) return;
  tell([](auto& told) { told.onIceGatheringDone(); });
}

void PeerTransport::Parts::lookAtTime() {
  if (!observer || !is_started) return;
  const Timestamp due = onTick(peer.nextTimeout(), Loop::now());
  if (due == kNever || (timer.isPending() && timer_due <= due)) return;
  timer_due = due;
  timer.startAt(due, [this] { onTimer(); });
}

void PeerTransport::Parts::onTimer() {
  const auto alive = shared_from_this();
  const Timestamp now = Loop::now();
  use([&](auto& used) {
    if (used.nextTimeout() <= now) used.handleTimeout(now);
  });
  lookAtTime();
}

void PeerTransport::Parts::Path::onIceCandidate(const ice::Candidate& candidate) {
  const auto alive = owner.shared_from_this();
  owner.tell([&](auto& told) { told.onIceCandidate(transport, candidate); });
}

void PeerTransport::Parts::Path::onIceGatheringDone() {
  const auto alive = owner.shared_from_this();
  has_gathered = true;
  owner.maybeGatheringDone();
}

void PeerTransport::Parts::Path::onIceState(IceState state) {
  const auto alive = owner.shared_from_this();
  owner.tell([&](auto& told) { told.onIceState(transport, state); });
  if (state != IceState::Connected && state != IceState::Ready) return;
  owner.use([&](auto& used) { used.onTransportReady(transport, Loop::now()); });
}

void PeerTransport::Parts::Path::onIceSelectedPair(const ice::Candidate& local,
                                                   const ice::Candidate& remote) {
  const auto alive = owner.shared_from_this();
  has_path = true;
  owner.tell([&](auto& told) { told.onIceSelectedPair(transport, local, remote); });
  takeEarlyDatagrams();
}

void PeerTransport::Parts::Path::onIceDatagram(MutableBytes datagram, Timestamp now) {
  const auto alive = owner.shared_from_this();
  if (!has_path || !owner.is_started) {
    if (early.size() < kMaxEarlyDatagrams) early.emplace_back(datagram.begin(), datagram.end());
    return;
  }
  owner.use([&](auto& used) { used.receive(transport, datagram, now); });
}

void PeerTransport::Parts::Path::takeEarlyDatagrams() {
  if (!has_path || !owner.is_started) return;
  for (auto& datagram : std::exchange(early, {}))
    owner.use([&](auto& used) { used.receive(transport, datagram, Loop::now()); });
}

void PeerTransport::Parts::onDatagram(TransportIndex transport, peer::Component, Bytes datagram) {
  if (transport < paths.size()) paths[transport]->agent.send(datagram);
}

void PeerTransport::Parts::onDtlsState(TransportIndex transport, dtls::DtlsState state) {
  tell([&](auto& told) { told.onDtlsState(transport, state); });
}

void PeerTransport::Parts::onConnectionState(peer::ConnectionState state) {
  tell([&](auto& told) { told.onConnectionState(state); });
}

void PeerTransport::Parts::onMediaState(peer::MediaState state) {
  tell([&](auto& told) { told.onMediaState(state); });
}

void PeerTransport::Parts::onSourceFormat(rtp::MediaKind kind, const peer::CodecFormat& format) {
  tell([&](auto& told) { told.onSourceFormat(kind, format); });
}

void PeerTransport::Parts::onFlowState(rtp::MediaKind kind, peer::FlowDirection direction,
                                       peer::FlowState state) {
  tell([&](auto& told) { told.onFlowState(kind, direction, state); });
}

void PeerTransport::Parts::onApplicationData(TransportIndex transport, Bytes data) {
  tell([&](auto& told) { told.onApplicationData(transport, data); });
}

PeerTransport::PeerTransport(Worker& worker, PeerTransportConfig config,
                             PeerTransportObserver& observer)
    : parts_(std::make_shared<Parts>(worker, std::move(config), observer)) {}

PeerTransport::~PeerTransport() { stop(); }

ice::Credentials PeerTransport::localCredentials() const {
  return parts_->paths.front()->agent.localCredentials();
}

void PeerTransport::configure(const IceConfig& ice) { parts_->configure(ice); }

bool PeerTransport::gather() {
  const auto alive = parts_;
  return alive->gather();
}

void PeerTransport::start(const sdp::NegotiatedSession& session) {
  const auto alive = parts_;
  alive->start(session);
}

ice::Credentials PeerTransport::restart(const ice::Credentials& ours) {
  const auto alive = parts_;
  return alive->restart(ours);
}

void PeerTransport::reconnect(const sdp::NegotiatedSession& session) {
  const auto alive = parts_;
  alive->reconnect(session);
}

std::expected<void, CandidateRefusal> PeerTransport::addRemoteCandidate(
    TransportIndex transport, const ice::Candidate& candidate) {
  if (!parts_->observer) return std::unexpected(CandidateRefusal::Closed);
  if (transport >= parts_->paths.size()) return std::unexpected(CandidateRefusal::UnknownTransport);
  const auto alive = parts_;
  return alive->paths[transport]->agent.addRemoteCandidate(candidate);
}

void PeerTransport::publish(const OutletPtr& outlet) { parts_->publish(outlet); }

void PeerTransport::setSource(rtp::MediaKind kind, const OutletPtr& outlet) {
  Parts& parts = *parts_;
  if (!parts.observer) return;
  parts.worker.loop().assertHere();
  peer::MediaSource* source = outlet ? parts.worker.services().relays.sourceOf(outlet) : nullptr;
  parts.use([&](auto& used) { used.setSource(kind, source, Loop::now()); });
}

void PeerTransport::stop() {
  const auto alive = parts_;
  alive->stop();
}

peer::MediaPeer& PeerTransport::peer() { return parts_->peer; }
const peer::MediaPeer& PeerTransport::peer() const { return parts_->peer; }

std::size_t PeerTransport::transportCount() const { return parts_->paths.size(); }

IceState PeerTransport::iceState(TransportIndex transport) const {
  return parts_->paths.at(transport)->agent.state();
}

const IceCounters& PeerTransport::iceCounters(TransportIndex transport) const {
  return parts_->paths.at(transport)->agent.counters();
}

}  // namespace ms::net
