#include "server/packet/peer/source_port.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/packet/peer/transport_wide_control.h"
#include "server/packet/rtp/key_frame.h"

namespace ms::peer {
namespace {

// One NACK packet of 300 bytes holds more than that; the rest follows at once.
constexpr std::size_t kMaxNackNumbers = 64;

// Sinks are told apart by where they are: none moves while it is linked.
rtp::ViewerId viewerOf(const MediaSink& sink) {
  return rtp::ViewerId(reinterpret_cast<std::uintptr_t>(&sink));
}

std::size_t layerCount(const sdp::NegotiatedMedia& media) {
  const std::size_t announced =
      std::max(media.remote_rids.size(), media.remote_simulcast_ssrcs.size());
  return media.kind == rtp::MediaKind::Video ? std::clamp<std::size_t>(announced, 1, kMaxLayers)
                                             : 1;
}

}  // namespace

SourcePort::SourcePort(const sdp::NegotiatedMedia& media, const Surroundings& surroundings)
    : kind_(media.kind),
      declared_(media.remote_ssrcs),
      retransmissions_(media.remote_rtx),
      has_transport_cc_(media.transport_cc_id.has_value()),
      rids_(media.remote_rids),
      simulcast_ssrcs_(media.remote_simulcast_ssrcs),
      rid_id_(extensionId(media.rid_id)),
      repaired_rid_id_(extensionId(media.repaired_rid_id)),
      layer_count_(layerCount(media)),
      payload_types_(surroundings.payload_types),
      rtcp_(surroundings.rtcp),
      observer_(surroundings.observer),
      timeouts_(surroundings.timeouts),
      deliveries_(surroundings.deliveries),
      flow_(surroundings.observer, media.kind, FlowDirection::In) {
  streams_.reserve(kMaxStreams);
  repairers_.reserve(kMaxLayers);
}

SourcePort::~SourcePort() {
  if (deliveries_) deliveries_->remove(*this);
  unlink();
}

std::optional<CodecFormat> SourcePort::format() const {
  for (const Layer& layer : allLayers())
    if (layer.active) return layer.active->payload->format;
  return std::nullopt;
}

SourceLayers SourcePort::layers(Timestamp now) const {
  return rates_.at(now, static_cast<std::uint8_t>(layer_count_));
}

void SourcePort::addSink(MediaSink& sink, Timestamp now) {
  if (!sinks_.add(sink)) return;
  sink.onSourceAttached(*this, now);
  for (const Layer& layer : allLayers())
    if (layer.mapping) sink.onSourceClock(*this, *layer.mapping);
}

void SourcePort::removeSink(MediaSink& sink) {
  if (!sinks_.remove(sink)) return;
  limiter_.remove(viewerOf(sink));
  sink.onSourceDetached(*this);
}

void SourcePort::unlink() {
  while (MediaSink* sink = sinks_.first()) removeSink(*sink);
}

void SourcePort::requestKeyFrame(std::uint8_t layer, Timestamp now) {
  if (kind_ != rtp::MediaKind::Video || layer >= layer_count_) return;
  layers_[layer].key_frames.want();
  maybeRequestKeyFrames(now);
  timeouts_.onTimeoutMoved();
}

void SourcePort::setReceiverEstimate(MediaSink& sink, Bitrate estimate, Timestamp now) {
  if (!sinks_.contains(sink)) return;
  constexpr rtp::RembLimiter::Bounds kAsGiven{.min = Bitrate(0), .max = Bitrate(0)};
  limiter_.set(viewerOf(sink), estimate, kAsGiven, now);
}

bool SourcePort::declares(rtp::Ssrc ssrc) const {
  return std::ranges::find(declared_, ssrc) != declared_.end();
}

bool SourcePort::announcesRetransmission(rtp::Ssrc ssrc) const {
  return std::ranges::find(retransmissions_, ssrc, &sdp::RtxPair::retransmission) !=
         retransmissions_.end();
}

std::optional<rtp::Ssrc> SourcePort::retransmittedBy(const rtp::RtpView& packet) {
  const auto pair =
      std::ranges::find(retransmissions_, packet.ssrc(), &sdp::RtxPair::retransmission);
  if (pair != retransmissions_.end()) return pair->media;
  if (!payload_types_.findRetransmitted(packet.payloadType())) return std::nullopt;
  const auto layer = isSimulcast() ? repairedLayer(packet) : std::uint8_t{0};
  if (!layer || !layers_[*layer].active) return std::nullopt;
  return layers_[*layer].active->ssrc;
}

// Senders leave the name out once they know that it has arrived.
std::optional<std::uint8_t> SourcePort::repairedLayer(const rtp::RtpView& packet) {
  const auto known =
      std::ranges::find(repairers_, packet.ssrc(), &std::pair<rtp::Ssrc, std::uint8_t>::first);
  if (const auto named = layerNamed(packet, repaired_rid_id_)) {
    if (known != repairers_.end()) {
      known->second = *named;
    } else {
      if (repairers_.size() == kMaxLayers) repairers_.erase(repairers_.begin());
      repairers_.emplace_back(packet.ssrc(), *named);
    }
    return named;
  }
  if (known == repairers_.end()) return std::nullopt;
  return known->second;
}

std::optional<std::uint8_t> SourcePort::layerNamed(const rtp::RtpView& packet,
                                                   std::optional<rtp::ExtensionId> id) const {
  const auto name = id ? packet.extension(*id) : std::nullopt;
  if (!name) return std::nullopt;
  for (std::size_t i = 0; i < layer_count_ && i < rids_.size(); ++i)
    if (std::ranges::equal(*name, rids_[i].id, {}, {},
                           [](char c) { return static_cast<std::uint8_t>(c); }))
      return static_cast<std::uint8_t>(i);
  return std::nullopt;
}

std::optional<std::uint8_t> SourcePort::layerOf(const rtp::RtpView& packet) const {
  if (!isSimulcast()) return 0;
  if (const auto named = layerNamed(packet, rid_id_)) return named;
  const auto announced = std::ranges::find(simulcast_ssrcs_, packet.ssrc());
  if (announced == simulcast_ssrcs_.end()) return std::nullopt;
  return static_cast<std::uint8_t>(announced - simulcast_ssrcs_.begin());
}

InboundStream* SourcePort::find(rtp::Ssrc ssrc) const {
  for (const auto& stream : streams_)
    if (stream->ssrc == ssrc) return stream.get();
  return nullptr;
}

std::expected<InboundStream*, PeerDrop> SourcePort::bind(const rtp::RtpView& packet,
                                                         const PayloadTypeEntry& payload,
                                                         Timestamp now) {
  if (InboundStream* known = find(packet.ssrc())) {
    known->payload = &payload;
    return known;
  }
  const auto layer = layerOf(packet);
  if (!layer) return std::unexpected(PeerDrop::UnknownLayer);
  auto made = std::make_unique<InboundStream>(packet.ssrc(), payload, now);
  made->layer = *layer;
  if (streams_.size() < kMaxStreams) return streams_.emplace_back(std::move(made)).get();
  auto* place = forgettable(now);
  if (!place) return std::unexpected(PeerDrop::TooManyStreams);
  if (isActive(**place)) layers_[(*place)->layer].active = nullptr;
  *place = std::move(made);
  return place->get();
}

std::unique_ptr<InboundStream>* SourcePort::forgettable(Timestamp now) {
  for (auto& stream : streams_)
    if (stream->ended || now - stream->last_arrival >= kForgetAfter) return &stream;
  return nullptr;
}

void SourcePort::noteArrival(InboundStream& stream, const rtp::RtpView& packet, Timestamp now) {
  stream.last_arrival = now;
  stream.ended = false;
  stream.rate.add(packet.packet().size(), now);
  if (kind_ == rtp::MediaKind::Video) stream.noteFrame(packet, now);
  if (remb_due_ == kNever && kind_ == rtp::MediaKind::Video && stream.payload->remb)
    remb_due_ = now + kRembInterval;
}

std::expected<void, PeerDrop> SourcePort::activate(InboundStream& stream, Timestamp now) {
  if (isActive(stream)) return {};
  if (flowsElsewhere(stream, now)) return std::unexpected(PeerDrop::OtherStreamActive);
  Layer& layer = layers_[stream.layer];
  const bool is_successor = std::exchange(layer.active, &stream) != nullptr;
  if (layer.mapping && layer.mapping->source != stream.ssrc) layer.mapping.reset();
  if (is_successor) requestKeyFrame(stream.layer, now);
  return {};
}

bool SourcePort::flowsElsewhere(const InboundStream& stream, Timestamp now) const {
  const InboundStream* const active = layers_[stream.layer].active;
  return active && active != &stream && !active->ended &&
         now - active->last_arrival < kTakeOverAfter;
}

void SourcePort::deliver(const InboundStream& stream, rtp::PacketRef packet, Timestamp now) {
  const auto parsed = rtp::RtpView::parse(packet.bytes());
  if (!parsed) return;  // The receive path has parsed it already.
  const rtp::RtpView& view = *parsed;
  const CodecFormat& format = stream.payload->format;
  rtp::KeyFrameRequestPacer& key_frames = layers_[stream.layer].key_frames;
  if (kind_ == rtp::MediaKind::Video && key_frames.isWanted() &&
      rtp::isKeyFrameStart(format.codec, view.payload()))
    key_frames.onKeyFrameStart();
  if (isSimulcast()) rates_.add(stream.layer, view.packet().size(), now);
  flow_.onPacket();
  if (stream.payload != told_payload_) maybeTellFormat(*stream.payload, now);
  burst_.add({.packet = std::move(packet), .view = view, .format = format, .layer = stream.layer});
  if (!deliveries_ || burst_.isFull()) return deliverBurst(now);
  deliveries_->add(*this);
}

void SourcePort::maybeTellFormat(const PayloadTypeEntry& payload, Timestamp now) {
  if (payload.format.codec == rtp::Codec::Other) return;
  if (told_payload_ && now - format_told_at_ < kFormatPatience) return;
  const PayloadTypeEntry* const former = std::exchange(told_payload_, &payload);
  if (former && former->format == payload.format) return;
  format_told_at_ = now;
  observer_.onSourceFormat(kind_, payload.format);
}

std::optional<std::uint32_t> SourcePort::clockRateOf(rtp::Ssrc ssrc) const {
  if (const InboundStream* stream = find(ssrc)) return stream->payload->format.clock_rate;
  if (declares(ssrc) && payload_types_.preferred())
    return payload_types_.preferred()->format.clock_rate;
  return std::nullopt;
}

void SourcePort::onSenderReport(rtp::Ssrc ssrc, rtp::NtpTime ntp, const rtcp::ClockMapping& mapping,
                                Timestamp now) {
  InboundStream* const stream = find(ssrc);
  if (stream) stream->statistics.onSenderReport(ntp, now);
  if (!stream && isSimulcast()) return;
  Layer& layer = layers_[stream ? stream->layer : 0];
  if (layer.active && layer.active->ssrc != ssrc) return;
  layer.mapping = mapping;
  sinks_.forEach([&](MediaSink& sink) { sink.onSourceClock(*this, mapping); });
}

void SourcePort::onBye(rtp::Ssrc ssrc) {
  if (InboundStream* stream = find(ssrc)) stream->ended = true;
}

void SourcePort::onRoundTripTime(Duration rtt) {
  for (const auto& stream : streams_)
    if (stream->losses) stream->losses->setRtt(rtt);
}

void SourcePort::setBandwidth(const BandwidthLimits& limits) {
  const auto ifAny = [](Bitrate limit) { return *limit > 0 ? std::optional(limit) : std::nullopt; };
  estimator_.setMaxRecv(ifAny(limits.max_video_receive));
  estimator_.setMinRecv(ifAny(limits.min_video_receive));
}

void SourcePort::onConnected(Timestamp now) { maybeRequestKeyFrames(now); }

// Before the first packet the peer's own announcement has to do.
std::optional<rtp::Ssrc> SourcePort::wantedSsrc(std::size_t layer) const {
  if (layers_[layer].active) return layers_[layer].active->ssrc;
  if (layer < simulcast_ssrcs_.size()) return simulcast_ssrcs_[layer];
  if (!isSimulcast() && !declared_.empty()) return declared_.front();
  return std::nullopt;
}

const PayloadTypeEntry* SourcePort::wantedPayload(std::size_t layer) const {
  const InboundStream* const active = layers_[layer].active;
  return active ? active->payload : payload_types_.preferred();
}

bool SourcePort::canAskForKeyFrame(std::size_t layer) const {
  const PayloadTypeEntry* payload = wantedPayload(layer);
  return rtcp_.canSend() && wantedSsrc(layer) && payload && (payload->pli || payload->fir);
}

void SourcePort::maybeRequestKeyFrames(Timestamp now) {
  for (std::size_t layer = 0; layer < layer_count_; ++layer) {
    if (!canAskForKeyFrame(layer) || !layers_[layer].key_frames.takeRequest(now)) continue;
    if (wantedPayload(layer)->pli) {
      rtcp_.sendPli(*wantedSsrc(layer));
      ++layers_[layer].plis;
    } else {
      rtcp_.sendFir(*wantedSsrc(layer));
      ++layers_[layer].firs;
    }
  }
}

void SourcePort::maybeSendNacks(Timestamp now) {
  if (!rtcp_.canSend()) return;
  std::array<rtp::SequenceNumber, kMaxNackNumbers> numbers;
  for (const auto& stream : streams_) {
    if (!stream->losses) continue;
    const std::size_t count = stream->losses->poll(now, numbers);
    if (count > 0) rtcp_.sendNack(stream->ssrc, std::span(numbers).first(count));
    if (stream->losses->takeKeyFrameRequest()) requestKeyFrame(stream->layer, now);
  }
}

// Of all layers together: what the weakest viewer can take is no reason to send the others less,
// since each gets the layer that suits it.
void SourcePort::maybeSendRemb(Timestamp now) {
  if (now < remb_due_) return;
  remb_due_ = kNever;
  rtp::RembEstimator::Input input{.rate = Bitrate(0), .packets_received = 0, .packets_lost = 0};
  std::array<rtp::Ssrc, kMaxLayers> media;
  std::size_t flowing = 0;
  for (const Layer& layer : allLayers()) {
    if (!layer.active) continue;
    const InboundStream& stream = *layer.active;
    input.rate = Bitrate(*input.rate + *stream.rate.rate(now));
    input.packets_received += static_cast<std::int64_t>(stream.statistics.packetsReceived());
    input.packets_lost += stream.statistics.packetsLost();
    if (now - stream.last_arrival < kTakeOverAfter) media[flowing++] = stream.ssrc;
  }
  if (flowing == 0) return;  // The next packet starts.
  remb_due_ = now + kRembInterval;
  if (!rtcp_.canSend()) return;
  estimator_.setDownstream(isSimulcast() ? std::nullopt : limiter_.limit(now));
  if (mayGrant(input, now)) rtcp_.sendRemb(granted_, std::span(media).first(flowing));
}

// A sender with transport-wide feedback finds out by itself what its path takes: it is only told
// what its viewers can use.
bool SourcePort::mayGrant(const rtp::RembEstimator::Input& input, Timestamp now) {
  const auto usesTransportCc = [](const Layer& layer) {
    return layer.active && layer.active->payload->transport_cc;
  };
  if (has_transport_cc_ && std::ranges::any_of(allLayers(), usesTransportCc)) {
    granted_ = estimator_.withinBounds(kUnlimited);
    return true;
  }
  const auto estimate = estimator_.poll(input, now);
  if (estimate) granted_ = *estimate;
  return estimate.has_value();
}

Timestamp SourcePort::nextTimeout() const {
  Timestamp next = remb_due_;
  for (std::size_t layer = 0; layer < layer_count_; ++layer)
    if (canAskForKeyFrame(layer)) next = std::min(next, layers_[layer].key_frames.nextTime());
  if (rtcp_.canSend())
    for (const auto& stream : streams_)
      if (stream->losses) next = std::min(next, stream->losses->nextTime());
  return next;
}

void SourcePort::handleTimeout(Timestamp now) {
  maybeSendNacks(now);
  maybeRequestKeyFrames(now);
  maybeSendRemb(now);
}

std::size_t SourcePort::writeReceptionReports(std::span<rtp::ReceptionReport> out, Timestamp now) {
  std::size_t count = 0;
  for (const auto& stream : streams_) {
    if (count == out.size()) break;
    if (!stream->ended) out[count++] = stream->statistics.makeReport(now);
  }
  return count;
}

void SourcePort::addStatistics(std::vector<InboundStatistics>& out, Timestamp now) const {
  for (const auto& stream : streams_) {
    const bool is_active = isActive(*stream);
    out.push_back({.kind = kind_,
                   .ssrc = stream->ssrc,
                   .payload_type = stream->payload->payload_type,
                   .packets_received = stream->statistics.packetsReceived(),
                   .bytes_received = stream->statistics.bytesReceived(),
                   .packets_lost = stream->statistics.packetsLost(),
                   .fraction_lost = stream->statistics.fractionLost() / 256.0,
                   .jitter = stream->statistics.jitter(),
                   .pli_count = is_active ? layers_[stream->layer].plis : 0,
                   .fir_count = is_active ? layers_[stream->layer].firs : 0,
                   .nack_count = stream->losses ? stream->losses->requested() : 0,
                   .recovered = stream->losses ? stream->losses->recovered() : 0,
                   .remb = is_active ? granted_ : Bitrate(0),
                   .video = {.frames = stream->frames.frames(),
                             .per_second = stream->frames.perSecond(now),
                             .size = stream->frame_size}});
  }
}

}  // namespace ms::peer
