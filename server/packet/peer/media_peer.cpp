#include "server/packet/peer/media_peer.h"

#include <algorithm>
#include <span>
#include <utility>

#include "server/packet/peer/media_peer_parts.h"

namespace ms::peer {
namespace {

// Senders and receivers of plain RTP commonly say nothing of H264's packetization mode and use
// fragments all the same (RFC 6184 §5.4 would have single NAL units then): taken by the letter, no
// stream of a browser could be sent to them.
sdp::NegotiatedMedia withUsualPacketization(sdp::NegotiatedMedia media) {
  for (sdp::NegotiatedCodec& codec : media.codecs) {
    if (codec.codec != rtp::Codec::H264 || !fmtpParameter(codec.fmtp, "packetization-mode").empty())
      continue;
    codec.fmtp += codec.fmtp.empty() ? "packetization-mode=1" : ";packetization-mode=1";
  }
  return media;
}

}  // namespace

void MediaPeer::Parts::addTransport(const sdp::NegotiatedTransport& negotiated, Timestamp now) {
  transports.push_back(std::make_unique<Transport>(
      transports.size(), *environment.certificate, negotiated,
      Transport::Surroundings{.observer = observer,
                              .listener = *this,
                              .drops = drops,
                              .key_lifetime = environment.key_lifetime}));
  schedulers.emplace_back([random = &environment.random] { return random->next32(); }, now);
  congestion.push_back(std::make_unique<TransportWideControl>());
}

// Plain RTP: each m-line has ports, and so a transport, of its own.
void MediaPeer::Parts::addTransport(const sdp::NegotiatedMedia& negotiated, Timestamp now) {
  transports.push_back(std::make_unique<Transport>(
      transports.size(), negotiated,
      Transport::Surroundings{.observer = observer,
                              .listener = *this,
                              .drops = drops,
                              .key_lifetime = environment.key_lifetime}));
  schedulers.emplace_back([random = &environment.random] { return random->next32(); }, now);
  congestion.push_back(std::make_unique<TransportWideControl>());
}

void MediaPeer::Parts::addMedia(const sdp::NegotiatedMedia& negotiated, Transport* carrier) {
  if (!carrier || section(negotiated.kind)) return;
  MediaSection& added = *media.emplace_back(std::make_unique<MediaSection>(negotiated, *carrier));
  if (negotiated.receive)
    added.source.emplace(negotiated,
                         SourcePort::Surroundings{.payload_types = added.payload_types,
                                                  .rtcp = added.rtcp,
                                                  .observer = observer,
                                                  .timeouts = *this,
                                                  .deliveries = environment.deliveries});
  if (negotiated.send) {
    added.sink.emplace(negotiated,
                       SinkPort::Surroundings{.payload_types = added.payload_types,
                                              .transport = *carrier,
                                              .congestion = *congestion[carrier->index()],
                                              .random = environment.random,
                                              .clock = environment.clock,
                                              .observer = observer,
                                              .timeouts = *this,
                                              .drops = drops});
  }
}

void MediaPeer::Parts::startPlain(const sdp::NegotiatedSession& session, Timestamp now) {
  const std::size_t count = std::min(session.media.size(), kMaxTransports);
  for (std::size_t i = 0; i < count; ++i) {
    addTransport(session.media[i], now);
    addMedia(withUsualPacketization(session.media[i]), transports.back().get());
  }
  lookAtConnection();
}

MediaSection* MediaPeer::Parts::section(rtp::MediaKind kind) const {
  const auto found =
      std::ranges::find_if(media, [kind](const auto& one) { return one->kind == kind; });
  return found == media.end() ? nullptr : found->get();
}

Transport* MediaPeer::Parts::transport(TransportIndex index) const {
  return index < transports.size() ? transports[index].get() : nullptr;
}

void MediaPeer::Parts::onTransportState(TransportIndex index, dtls::DtlsState state) {
  if (stopped) return;
  observer.onDtlsState(index, state);
  lookAtConnection();
  if (state == dtls::DtlsState::Connected) onTransportConnected(index);
}

void MediaPeer::Parts::lookAtConnection() {
  const bool all_secured =
      !transports.empty() &&
      std::ranges::all_of(transports, [](const auto& one) { return one->isSecured(); });
  setConnectionState(all_secured ? ConnectionState::Connected : ConnectionState::Disconnected);
}

void MediaPeer::Parts::onTransportConnected(TransportIndex index) {
  for (const auto& section : media) {
    if (section->transport.index() != index) continue;
    if (section->source) section->source->onConnected(now_of_call);
    if (section->sink) section->sink->onConnected(now_of_call);
  }
}

void MediaPeer::Parts::setConnectionState(ConnectionState state) {
  if (connection_state == state) return;
  connection_state = state;
  observer.onConnectionState(state);
}

void MediaPeer::Parts::setMediaState(MediaState state) {
  if (media_state == state) return;
  media_state = state;
  observer.onMediaState(state);
}

void MediaPeer::Parts::handleFlowTimeout(Timestamp now) {
  if (now < flow_check_at) return;
  flow_check_at = now + MediaPeer::kFlowCheckInterval;
  for (const auto& section : media) {
    if (section->source) section->source->checkFlow();
    if (section->sink) section->sink->checkFlow(now);
    maybeTellKeySoftLimit(*section);
  }
}

void MediaPeer::Parts::maybeTellKeySoftLimit(MediaSection& section) {
  if (section.transport.keyState() == srtp::KeyState::Fresh) return;
  if (!std::exchange(section.key_limit_told, true)) observer.onKeySoftLimit(section.kind);
}

void MediaPeer::Parts::handleMediaTimeout(Timestamp now) {
  if (media_state == MediaState::Connected && now - last_rtcp >= MediaPeer::kMediaTimeout)
    setMediaState(MediaState::Disconnected);
}

Timestamp MediaPeer::Parts::nextTimeout() const {
  if (!started || stopped) return kNever;
  Timestamp next = flow_check_at;
  if (media_state == MediaState::Connected)
    next = std::min(next, last_rtcp + MediaPeer::kMediaTimeout);
  for (std::size_t i = 0; i < transports.size(); ++i) {
    next = std::min(next, transports[i]->nextTimeout());
    if (!transports[i]->isConnected()) continue;
    next = std::min({next, schedulers[i].nextTime(), congestion[i]->feedback().nextTime()});
  }
  for (const auto& section : media) {
    if (section->source) next = std::min(next, section->source->nextTimeout());
    if (section->sink) next = std::min(next, section->sink->nextTimeout());
  }
  return next;
}

void MediaPeer::Parts::onTimeoutMoved() {
  const Timestamp next = nextTimeout();
  if (next >= told_timeout) return;
  told_timeout = next;
  observer.onTimeoutChanged();
}

MediaPeer::MediaPeer(PeerEnvironment environment, PeerObserver& observer)
    : parts_(std::make_unique<Parts>(std::move(environment), observer)) {}

MediaPeer::~MediaPeer() = default;

void MediaPeer::start(const sdp::NegotiatedSession& session, Timestamp now) {
  Parts& p = *parts_;
  if (p.started || p.stopped) return;
  p.started = true;
  p.flow_check_at = now + kFlowCheckInterval;
  p.now_of_call = now;
  if (session.transports.empty()) {
    p.startPlain(session, now);
  } else {
    const std::size_t transports = std::min(session.transports.size(), kMaxTransports);
    for (std::size_t i = 0; i < transports; ++i) p.addTransport(session.transports[i], now);
    for (const sdp::NegotiatedMedia& media : session.media)
      p.addMedia(media, p.transport(media.transport));
  }
  setBandwidth(p.limits);
  setRembParams(p.remb_params);
  measureLatency(p.latency_clock);
  p.onTimeoutMoved();
}

void MediaPeer::onTransportReady(TransportIndex transport, Timestamp now) {
  parts_->now_of_call = now;
  Transport* ready = parts_->transport(transport);
  if (!ready || parts_->stopped) return;
  if (ready->onReady(now)) parts_->onTransportConnected(transport);
  parts_->onTimeoutMoved();
}

void MediaPeer::receive(TransportIndex transport, MutableBytes datagram, Timestamp now) {
  Parts& p = *parts_;
  if (!p.started || p.stopped) return p.drops.count(PeerDrop::NotStarted);
  Transport* carrier = p.transport(transport);
  if (!carrier) return p.drops.count(PeerDrop::UnknownTransport);
  p.now_of_call = now;
  p.receive(*carrier, datagram, now);
  p.onTimeoutMoved();
}

Timestamp MediaPeer::nextTimeout() const { return parts_->nextTimeout(); }

void MediaPeer::handleTimeout(Timestamp now) {
  Parts& p = *parts_;
  if (!p.started || p.stopped) return;
  p.now_of_call = now;
  for (const auto& transport : p.transports) transport->handleTimeout(now);
  for (const auto& section : p.media) {
    if (section->source) section->source->handleTimeout(now);
    if (section->sink) section->sink->handleTimeout(now);
  }
  p.sendDueFeedback(now);
  p.sendDueReports(now);
  p.handleFlowTimeout(now);
  p.handleMediaTimeout(now);
  p.told_timeout = p.nextTimeout();
}

void MediaPeer::stop(Timestamp now) {
  Parts& p = *parts_;
  if (p.stopped) return;
  p.stopped = true;
  p.now_of_call = now;
  for (const auto& section : p.media) {
    if (section->source) section->source->unlink();
    if (section->sink) section->sink->unlink();
  }
  for (const auto& transport : p.transports) {
    p.sendBye(*transport, now);
    transport->close();
  }
}

MediaSource* MediaPeer::source(rtp::MediaKind kind) {
  MediaSection* section = parts_->stopped ? nullptr : parts_->section(kind);
  return section && section->source ? &*section->source : nullptr;
}

MediaSink* MediaPeer::sink(rtp::MediaKind kind) {
  MediaSection* section = parts_->stopped ? nullptr : parts_->section(kind);
  return section && section->sink ? &*section->sink : nullptr;
}

void MediaPeer::setSource(rtp::MediaKind kind, MediaSource* source, Timestamp now) {
  MediaSection* section = parts_->stopped ? nullptr : parts_->section(kind);
  if (!section || !section->sink) return;
  if (source)
    source->addSink(*section->sink, now);
  else
    section->sink->unlink();
}

bool MediaPeer::requestKeyFrame(Timestamp now) {
  MediaSection* video = parts_->stopped ? nullptr : parts_->section(rtp::MediaKind::Video);
  return video && video->sink && video->sink->requestKeyFrame(now);
}

void MediaPeer::setBandwidth(const BandwidthLimits& limits) {
  parts_->limits = limits;
  MediaSection* video = parts_->section(rtp::MediaKind::Video);
  if (!video) return;
  if (video->source) video->source->setBandwidth(limits);
  if (video->sink) video->sink->setBandwidth(limits);
}

void MediaPeer::setRembParams(const rtp::RembParams& params) {
  parts_->remb_params = params;
  MediaSection* video = parts_->section(rtp::MediaKind::Video);
  if (!video) return;
  if (video->source) video->source->setRembParams(params);
  if (video->sink) video->sink->setRembOnConnect(Bitrate(params.remb_on_connect));
}

bool MediaPeer::sendApplicationData(TransportIndex transport, Bytes data) {
  Transport* carrier = parts_->transport(transport);
  return carrier && !parts_->stopped && carrier->sendApplicationData(data);
}

std::uint64_t MediaPeer::authenticated(TransportIndex transport) const {
  const Transport* carrier = parts_->transport(transport);
  return carrier ? carrier->authenticated() : 0;
}

dtls::DtlsState MediaPeer::dtlsState(TransportIndex transport) const {
  const Transport* carrier = parts_->transport(transport);
  return carrier ? carrier->dtlsState() : dtls::DtlsState::New;
}

dtls::DtlsFailure MediaPeer::dtlsFailure(TransportIndex transport) const {
  const Transport* carrier = parts_->transport(transport);
  return carrier ? carrier->dtlsFailure() : dtls::DtlsFailure::None;
}

MediaState MediaPeer::mediaState() const { return parts_->media_state; }
ConnectionState MediaPeer::connectionState() const { return parts_->connection_state; }

void MediaPeer::measureLatency(LatencyClock clock) {
  parts_->latency_clock = clock;
  for (const auto& section : parts_->media)
    if (section->sink) section->sink->measureLatency(clock);
}

PeerStatistics MediaPeer::statistics() const {
  const Timestamp now = parts_->now_of_call;  // Seconds ago at most.
  PeerStatistics statistics;
  for (const auto& transport : parts_->transports)
    statistics.transports.push_back(transport->statistics());
  for (const auto& section : parts_->media) {
    const std::size_t first_in = statistics.inbound.size(), first_out = statistics.outbound.size();
    if (section->source) section->source->addStatistics(statistics.inbound, now);
    if (section->sink) section->sink->addStatistics(statistics.outbound, now);
    for (auto& stream : std::span(statistics.inbound).subspan(first_in))
      stream.transport = section->transport.index();
    for (auto& stream : std::span(statistics.outbound).subspan(first_out))
      stream.transport = section->transport.index();
  }
  statistics.drops = parts_->drops;
  return statistics;
}

}  // namespace ms::peer
