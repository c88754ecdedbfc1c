#include "server/packet/peer/sink_port.h"

#include <algorithm>
#include <utility>

#include "server/packet/rtcp/round_trip_time.h"

namespace ms::peer {
namespace {

rtp::StreamRewriter::Start startOf(rtp::Ssrc ssrc, Random& random) {
  return {.ssrc = ssrc,
          .sequence_number = rtp::SequenceNumber(random.next16() & 0x7fff),
          .timestamp = rtp::RtpTimestamp(random.next32())};
}

bool anyNack(const std::vector<sdp::NegotiatedCodec>& codecs) {
  return std::ranges::any_of(codecs, &sdp::NegotiatedCodec::nack);
}

// Only video carries it, as only video is asked for by bitrate.
std::optional<rtp::ExtensionId> absSendTimeId(const sdp::NegotiatedMedia& media) {
  if (media.kind != rtp::MediaKind::Video || !media.abs_send_time_id) return std::nullopt;
  return rtp::ExtensionId(*media.abs_send_time_id);
}

}  // namespace

SinkPort::SinkPort(const sdp::NegotiatedMedia& media, const Surroundings& surroundings)
    : kind_(media.kind),
      abs_send_time_id_(absSendTimeId(media)),
      transport_cc_id_(extensionId(media.transport_cc_id)),
      rtx_ssrc_(media.local_rtx_ssrc),
      surroundings_(surroundings),
      rewriter_(media.kind, startOf(media.local_ssrc, surroundings.random)),
      rtx_number_(surroundings.random.next16() & 0x7fff),
      flow_(surroundings.observer, media.kind, FlowDirection::Out),
      bandwidth_(media) {
  if (anyNack(media.codecs)) history_.emplace();
  statistics_.kind = kind_;
  statistics_.ssrc = media.local_ssrc;
}

SinkPort::~SinkPort() { unlink(); }

bool SinkPort::takes(const CodecFormat& format) const {
  return surroundings_.payload_types.carrierOf(format) != nullptr;
}

void SinkPort::onSourceAttached(MediaSource& source, Timestamp now) {
  if (chosen_.source == &source) return;
  if (former_.source == &source) {  // Back to the one that still flows.
    std::swap(chosen_, former_);
  } else {
    leaveFormer();
    former_ = std::exchange(chosen_, Link{.source = &source, .number = ++sources_seen_});
    layer_selector_.restart();
  }
  choose(chosen_.layer);
  leave_former_at_ = former_.source ? now + kSwitchPatience : kNever;
  if (const auto bitrate = bandwidth_.onConnect(); bitrate && kind_ == rtp::MediaKind::Video)
    source.setReceiverEstimate(*this, *bitrate, now);
  if (surroundings_.transport.isConnected()) source.requestKeyFrame(chosen_.layer, now);
  surroundings_.timeouts.onTimeoutMoved();
}

void SinkPort::onSourceDetached(MediaSource& source) {
  if (former_.source == &source) {
    former_ = {};
    leave_former_at_ = kNever;
    return;
  }
  if (chosen_.source != &source) return;
  chosen_ = {};
  rewriter_.choose(std::nullopt);
  if (history_) history_->clear();
  leaveFormer();
}

void SinkPort::unlink() {
  leaveFormer();
  if (chosen_.source) chosen_.source->removeSink(*this);
}

void SinkPort::leaveFormer() {
  leave_former_at_ = kNever;
  if (MediaSource* source = std::exchange(former_, {}).source) source->removeSink(*this);
}

void SinkPort::maybeFinishSwitch() {
  if (!former_.source) return;
  if (currentLayer()) leaveFormer();
}

const SinkPort::Link& SinkPort::linkTo(const MediaSource& source) const {
  return &source == former_.source ? former_ : chosen_;
}

void SinkPort::choose(std::uint8_t layer) {
  chosen_.layer = layer;
  rewriter_.choose(sourceId(chosen_.number, layer));
}

// The layer of the chosen source that now goes out.
std::optional<std::uint8_t> SinkPort::currentLayer() const {
  const auto current = rewriter_.current();
  for (std::uint8_t layer = 0; current && layer < kMaxLayers; ++layer)
    if (current->source == sourceId(chosen_.number, layer)) return layer;
  return std::nullopt;
}

void SinkPort::maybeChooseLayer(Timestamp now) {
  if (kind_ != rtp::MediaKind::Video || !chosen_.source || now < choose_layer_at_) return;
  choose_layer_at_ = now + LayerSelector::kInterval;
  const SourceLayers layers = chosen_.source->layers(now);
  if (layers.count < 2) return;
  const std::uint8_t layer = layer_selector_.choose(
      layers, {.estimate = bandwidth_.limit(), .max = bandwidth_.maxAllowed()}, now);
  if (layer == chosen_.layer) return;
  choose(layer);
  if (rewriter_.needsKeyFrame()) chosen_.source->requestKeyFrame(layer, now);
}

void SinkPort::onSourceClock(MediaSource&, const rtcp::ClockMapping& mapping) {
  sender_clock_.onMapping(mapping);
}

bool SinkPort::requestKeyFrame(Timestamp now) {
  if (!chosen_.source) return false;
  chosen_.source->requestKeyFrame(currentLayer().value_or(chosen_.layer), now);
  return true;
}

void SinkPort::onConnected(Timestamp now) { requestKeyFrame(now); }

// Who gets only a part of the pictures misses them: the gate asks when it can use a key frame.
void SinkPort::onPli(Timestamp now) {
  ++statistics_.pli_count;
  if (gate_.isOpen()) requestKeyFrame(now);
}

void SinkPort::onFir(Timestamp now) {
  ++statistics_.fir_count;
  if (gate_.isOpen()) requestKeyFrame(now);
}

void SinkPort::onRemb(Bitrate bitrate, Timestamp now) {
  statistics_.remb = bitrate;
  bandwidth_.onRemb(bitrate, now);
  applyBandwidth(now);
}

void SinkPort::onEstimate(Timestamp now) {
  const auto& estimator = surroundings_.congestion.estimator();
  const auto estimate = estimator.estimate();
  if (kind_ != rtp::MediaKind::Video || !estimate) return;
  const Bitrate audio = surroundings_.congestion.audioRate(now);
  bandwidth_.onEstimate(std::max(Bitrate(**estimate - *audio), bwe::DelayBasedRate::kFloor),
                        estimator.isLimited(), now);
  applyBandwidth(now);
  maybeProbe(now);
}

void SinkPort::applyBandwidth(Timestamp now) {
  statistics_.target_bitrate = bandwidth_.target();
  const auto limit = bandwidth_.limit();
  gate_.setLimit(limit ? std::optional(Bitrate(**limit * kGateHeadroomPercent / 100)) : limit, now);
  pacing_.setEstimate(limit);
  tellSource(now);
}

void SinkPort::tellSource(Timestamp now) {
  if (kind_ != rtp::MediaKind::Video || !chosen_.source) return;
  if (const auto bitrate = bandwidth_.poll(now))
    chosen_.source->setReceiverEstimate(*this, *bitrate, now);
}

std::optional<Duration> SinkPort::onReceptionReport(const rtp::ReceptionReport& report,
                                                    Timestamp now) {
  statistics_.packets_lost = report.cumulative_lost;
  statistics_.fraction_lost = report.fraction_lost / 256.0;
  const auto rtt = rtcp::roundTripTime(report, surroundings_.clock.at(now));
  if (rtt) statistics_.round_trip_time = rtt;
  return rtt;
}

Timestamp SinkPort::nextTimeout() const {
  if (held_.empty()) return leave_former_at_;
  return std::min(
      {leave_former_at_, pacing_.nextTime(), held_.front().since + PacedQueue::kMaxWait});
}

void SinkPort::handleTimeout(Timestamp now) {
  transmitHeld(now);
  if (now >= leave_former_at_) leaveFormer();
}

void SinkPort::checkFlow(Timestamp now) {
  flow_.check();
  tellSource(now);
  if (history_) history_->expire(now);
}

std::optional<rtcp::SenderInfo> SinkPort::senderInfo(Timestamp now) const {
  const rtp::NtpTime ntp = surroundings_.clock.at(now);
  const auto timestamp = sender_clock_.timestampAt(ntp);
  if (!timestamp) return std::nullopt;
  return rtcp::SenderInfo{.ntp = ntp,
                          .rtp = *timestamp,
                          .packets = static_cast<std::uint32_t>(statistics_.packets_sent),
                          .octets = static_cast<std::uint32_t>(payload_bytes_sent_)};
}

void SinkPort::measureLatency(LatencyClock clock) {
  latency_clock_ = clock;
  statistics_.input_latency.clear();
  statistics_.end_to_end_latency.clear();
}

void SinkPort::addStatistics(std::vector<OutboundStatistics>& out, Timestamp now) const {
  OutboundStatistics& added = out.emplace_back(statistics_);
  added.video.frames = frames_.frames();
  added.video.per_second = frames_.perSecond(now);
}

}  // namespace ms::peer
