#include "server/packet/peer/source_port.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/packet/rtp/key_frame.h"

namespace ms::peer {
namespace {

// One NACK packet of 300 bytes holds more than that; the rest follows at once.
constexpr std::size_t kMaxNackNumbers = 64;

// Sinks are told apart by where they are: none moves while it is linked.
rtp::ViewerId viewerOf(const MediaSink& sink) {
  return rtp::ViewerId(reinterpret_cast<std::uintptr_t>(&sink));
}

}  // namespace

SourcePort::SourcePort(const sdp::NegotiatedMedia& media, const Surroundings& surroundings)
    : kind_(media.kind),
      declared_(media.remote_ssrcs),
      retransmissions_(media.remote_rtx),
      has_transport_cc_(media.transport_cc_id.has_value()),
      payload_types_(surroundings.payload_types),
      rtcp_(surroundings.rtcp),
      timeouts_(surroundings.timeouts),
      flow_(surroundings.observer, media.kind, FlowDirection::In) {
  streams_.reserve(kMaxStreams);
}

SourcePort::~SourcePort() { unlink(); }

std::optional<CodecFormat> SourcePort::format() const {
  if (!active_) return std::nullopt;
  return active_->payload->format;
}

void SourcePort::addSink(MediaSink& sink, Timestamp now) {
  if (!sinks_.add(sink)) return;
  sink.onSourceAttached(*this, now);
  if (mapping_) sink.onSourceClock(*this, *mapping_);
}

void SourcePort::removeSink(MediaSink& sink) {
  if (!sinks_.remove(sink)) return;
  limiter_.remove(viewerOf(sink));
  sink.onSourceDetached(*this);
}

void SourcePort::unlink() {
  while (MediaSink* sink = sinks_.first()) removeSink(*sink);
}

void SourcePort::requestKeyFrame(Timestamp now) {
  if (kind_ != rtp::MediaKind::Video) return;
  key_frames_.want();
  maybeRequestKeyFrame(now);
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

std::optional<rtp::Ssrc> SourcePort::retransmittedBy(const rtp::RtpView& packet) const {
  const auto pair =
      std::ranges::find(retransmissions_, packet.ssrc(), &sdp::RtxPair::retransmission);
  if (pair != retransmissions_.end()) return pair->media;
  if (!active_ || !payload_types_.findRetransmitted(packet.payloadType())) return std::nullopt;
  return active_->ssrc;
}

InboundStream* SourcePort::find(rtp::Ssrc ssrc) const {
  for (const auto& stream : streams_)
    if (stream->ssrc == ssrc) return stream.get();
  return nullptr;
}

std::expected<InboundStream*, PeerDrop> SourcePort::bind(rtp::Ssrc ssrc,
                                                         const PayloadTypeEntry& payload,
                                                         Timestamp now) {
  if (InboundStream* known = find(ssrc)) {
    known->payload = &payload;
    return known;
  }
  auto made = std::make_unique<InboundStream>(ssrc, payload, now);
  if (streams_.size() < kMaxStreams) return streams_.emplace_back(std::move(made)).get();
  auto* place = forgettable(now);
  if (!place) return std::unexpected(PeerDrop::TooManyStreams);
  if (active_ == place->get()) active_ = nullptr;
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
  if (active_ == &stream) return {};
  if (flowsElsewhere(stream, now)) return std::unexpected(PeerDrop::OtherStreamActive);
  const bool is_successor = std::exchange(active_, &stream) != nullptr;
  if (mapping_ && mapping_->source != stream.ssrc) mapping_.reset();
  if (is_successor) requestKeyFrame(now);
  return {};
}

bool SourcePort::flowsElsewhere(const InboundStream& stream, Timestamp now) const {
  return active_ && active_ != &stream && !active_->ended &&
         now - active_->last_arrival < kTakeOverAfter;
}

void SourcePort::deliver(const InboundStream& stream, const rtp::PacketRef& packet,
                         const rtp::RtpView& view, Timestamp now) {
  const CodecFormat& format = stream.payload->format;
  if (kind_ == rtp::MediaKind::Video && key_frames_.isWanted() &&
      rtp::isKeyFrameStart(format.codec, view.payload()))
    key_frames_.onKeyFrameStart();
  flow_.onPacket();
  const SourcePacket delivered{.source = *this, .packet = packet, .view = view, .format = format};
  sinks_.forEach([&](MediaSink& sink) { sink.onPacket(delivered, now); });
}

std::optional<std::uint32_t> SourcePort::clockRateOf(rtp::Ssrc ssrc) const {
  if (const InboundStream* stream = find(ssrc)) return stream->payload->format.clock_rate;
  if (declares(ssrc) && payload_types_.preferred())
    return payload_types_.preferred()->format.clock_rate;
  return std::nullopt;
}

void SourcePort::onSenderReport(rtp::Ssrc ssrc, rtp::NtpTime ntp, const rtcp::ClockMapping& mapping,
                                Timestamp now) {
  if (InboundStream* stream = find(ssrc)) stream->statistics.onSenderReport(ntp, now);
  if (active_ && active_->ssrc != ssrc) return;
  mapping_ = mapping;
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

void SourcePort::onConnected(Timestamp now) { maybeRequestKeyFrame(now); }

// Before the first packet the peer's own announcement has to do.
std::optional<rtp::Ssrc> SourcePort::wantedSsrc() const {
  if (active_) return active_->ssrc;
  if (!declared_.empty()) return declared_.front();
  return std::nullopt;
}

const PayloadTypeEntry* SourcePort::wantedPayload() const {
  return active_ ? active_->payload : payload_types_.preferred();
}

bool SourcePort::canAskForKeyFrame() const {
  const PayloadTypeEntry* payload = wantedPayload();
  return rtcp_.canSend() && wantedSsrc() && payload && (payload->pli || payload->fir);
}

void SourcePort::maybeRequestKeyFrame(Timestamp now) {
  if (!canAskForKeyFrame() || !key_frames_.takeRequest(now)) return;
  if (wantedPayload()->pli) {
    rtcp_.sendPli(*wantedSsrc());
    ++plis_;
  } else {
    rtcp_.sendFir(*wantedSsrc());
    ++firs_;
  }
}

void SourcePort::maybeSendNacks(Timestamp now) {
  if (!rtcp_.canSend()) return;
  std::array<rtp::SequenceNumber, kMaxNackNumbers> numbers;
  for (const auto& stream : streams_) {
    if (!stream->losses) continue;
    const std::size_t count = stream->losses->poll(now, numbers);
    if (count > 0) rtcp_.sendNack(stream->ssrc, std::span(numbers).first(count));
    if (stream->losses->takeKeyFrameRequest()) requestKeyFrame(now);
  }
}

void SourcePort::maybeSendRemb(Timestamp now) {
  if (now < remb_due_) return;
  remb_due_ = kNever;
  if (!active_ || now - active_->last_arrival >= kTakeOverAfter) return;  // The next packet starts.
  remb_due_ = now + kRembInterval;
  if (!rtcp_.canSend()) return;
  estimator_.setDownstream(limiter_.limit(now));
  if (!mayGrant(now)) return;
  const std::array media{active_->ssrc};
  rtcp_.sendRemb(granted_, media);
}

// A sender with transport-wide feedback finds out by itself what its path takes: it is only told
// what its viewers can use.
bool SourcePort::mayGrant(Timestamp now) {
  if (has_transport_cc_ && active_->payload->transport_cc) {
    granted_ = estimator_.withinBounds(kUnlimited);
    return true;
  }
  const auto& statistics = active_->statistics;
  const auto estimate =
      estimator_.poll({.rate = active_->rate.rate(now),
                       .packets_received = static_cast<std::int64_t>(statistics.packetsReceived()),
                       .packets_lost = statistics.packetsLost()},
                      now);
  if (estimate) granted_ = *estimate;
  return estimate.has_value();
}

Timestamp SourcePort::nextTimeout() const {
  Timestamp next = remb_due_;
  if (canAskForKeyFrame()) next = std::min(next, key_frames_.nextTime());
  if (rtcp_.canSend())
    for (const auto& stream : streams_)
      if (stream->losses) next = std::min(next, stream->losses->nextTime());
  return next;
}

void SourcePort::handleTimeout(Timestamp now) {
  maybeSendNacks(now);
  maybeRequestKeyFrame(now);
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
    const bool is_active = stream.get() == active_;
    out.push_back({.kind = kind_,
                   .ssrc = stream->ssrc,
                   .payload_type = stream->payload->payload_type,
                   .packets_received = stream->statistics.packetsReceived(),
                   .bytes_received = stream->statistics.bytesReceived(),
                   .packets_lost = stream->statistics.packetsLost(),
                   .fraction_lost = stream->statistics.fractionLost() / 256.0,
                   .jitter = stream->statistics.jitter(),
                   .pli_count = is_active ? plis_ : 0,
                   .fir_count = is_active ? firs_ : 0,
                   .nack_count = stream->losses ? stream->losses->requested() : 0,
                   .recovered = stream->losses ? stream->losses->recovered() : 0,
                   .remb = is_active ? granted_ : Bitrate(0),
                   .video = {.frames = stream->frames.frames(),
                             .per_second = stream->frames.perSecond(now),
                             .size = stream->frame_size}});
  }
}

}  // namespace ms::peer
