// The way of a packet from a source to a peer:
//
//   payloadFor -> maybeChooseLayer -> isWanted -> passesGate -> rewrite -> [hold] -> write
//              -> [Transport: SRTP protect, send] -> congestion control, history, clock, statistics
//
// and the way of one that the peer asks for again: history -> write, as it was or as a packet of
// the retransmission stream -> the same.
#include <utility>

#include "server/packet/peer/sink_port.h"
#include "server/packet/rtp/abs_send_time.h"
#include "server/packet/rtp/key_frame.h"
#include "server/packet/rtp/rtp_writer.h"

namespace ms::peer {

void SinkPort::onPacket(const SourcePacket& packet, Timestamp now) {
  if (!surroundings_.transport.isConnected())
    return surroundings_.drops.count(PeerDrop::NotConnected);
  if (latency_clock_) statistics_.input_latency.add(latency_clock_() - packet.packet.arrival());
  const PayloadTypeEntry* payload = payloadFor(packet.format);
  if (!payload) return surroundings_.drops.count(PeerDrop::CodecNotNegotiated);
  maybeChooseLayer(now);
  if (!isWanted(packet)) return;  // A layer for other viewers.
  const rtp::SourceFormat format{.source = streamOf(packet),
                                 .codec = packet.format.codec,
                                 .clock_rate = packet.format.clock_rate,
                                 .outgoing_payload_type = payload->payload_type};
  if (!passesGate(packet, format, now)) return;
  auto header = rewrite(packet, format, now);
  if (!header) return;
  header->red = cached_red_;
  const Outgoing outgoing{.packet = packet.packet,
                          .view = packet.view,
                          .header = *header,
                          .codec = packet.format.codec,
                          .clock_rate = packet.format.clock_rate};
  if (mustWait(now)) {
    hold(outgoing, now);
  } else {
    transmit(outgoing, now);
  }
  maybeFinishSwitch();
}

// A source keeps its format for long, so the last answer is nearly always the right one.
const PayloadTypeEntry* SinkPort::payloadFor(const CodecFormat& format) {
  if (cached_format_ != format) {
    cached_format_ = format;
    cached_payload_ = surroundings_.payload_types.carrierOf(format);
    cached_red_ = redConversion(format);
  }
  return cached_payload_;
}

// A peer that takes no redundancy gets the primary block alone.
std::optional<rtp::RedConversion> SinkPort::redConversion(const CodecFormat& format) const {
  using enum rtp::RedConversion::Form;
  if (format.codec != rtp::Codec::Red || !cached_payload_) return std::nullopt;
  if (cached_payload_->format.codec == rtp::Codec::Opus)
    return rtp::RedConversion{.form = PrimaryOnly, .block = cached_payload_->payload_type};
  CodecFormat inside = format;
  inside.codec = rtp::Codec::Opus;
  const PayloadTypeEntry* const opus = surroundings_.payload_types.carrierOf(inside);
  if (!opus) return std::nullopt;
  return rtp::RedConversion{.form = AllBlocks, .block = opus->payload_type};
}

rtp::SourceId SinkPort::streamOf(const SourcePacket& packet) const {
  return sourceId(linkTo(packet.source).number, packet.layer);
}

// The layer that is chosen, and until it begins the one that goes out.
bool SinkPort::isWanted(const SourcePacket& packet) const {
  const Link& link = linkTo(packet.source);
  if (packet.layer == link.layer) return true;
  const auto current = rewriter_.current();
  return current && current->source == sourceId(link.number, packet.layer);
}

// Only of the stream that is shown: another one begins with a key frame anyway.
bool SinkPort::passesGate(const SourcePacket& packet, const rtp::SourceFormat& format,
                          Timestamp now) {
  if (kind_ != rtp::MediaKind::Video) return true;
  bandwidth_.onOffered(packet.view.packet().size(), now);
  if (transport_cc_id_ && surroundings_.congestion.estimator().handleSilence(now)) onEstimate(now);
  if (gate_.isIdle()) return true;
  if (!rewriter_.continues(packet.view, format, packet.packet.arrival())) return true;
  const bool passes = gate_.passes(
      {.timestamp = packet.view.timestamp(),
       .bytes = packet.view.packet().size(),
       .starts_key_frame = rtp::isKeyFrameStart(packet.format.codec, packet.view.payload())},
      now);
  if (passes) return true;
  rewriter_.skip(packet.view, format);
  surroundings_.drops.count(PeerDrop::Thinned);
  if (gate_.takeKeyFrameRequest(now)) packet.source.requestKeyFrame(packet.layer, now);
  return false;
}

std::optional<rtp::OutgoingHeader> SinkPort::rewrite(const SourcePacket& packet,
                                                     const rtp::SourceFormat& format,
                                                     Timestamp now) {
  const std::uint64_t switches = rewriter_.switches();
  auto header = rewriter_.rewrite(packet.view, format, packet.packet.arrival());
  if (!header) {
    surroundings_.drops.count(header.error());
    if (header.error() == rtp::Drop::WaitsForKeyFrame)
      packet.source.requestKeyFrame(packet.layer, now);
    return std::nullopt;
  }
  if (rewriter_.switches() != switches) gate_.restart(packet.view.timestamp());
  if (!used_numbers_.take(header->sequence_number)) {
    surroundings_.drops.count(PeerDrop::SequenceNumberUsed);
    return std::nullopt;
  }
  return *header;
}

// Audio never waits, and nothing does where the path is wide.
bool SinkPort::mustWait(Timestamp now) {
  return kind_ == rtp::MediaKind::Video &&
         (!held_.empty() || (pacing_.isActive() && !pacing_.maySend(now)));
}

void SinkPort::hold(const Outgoing& outgoing, Timestamp now) {
  if (held_.full()) {
    const PacedQueue::Entry oldest = held_.pop();
    transmitHeld(oldest, now);
  }
  const bool was_empty = held_.empty();
  held_.push({.packet = outgoing.packet,
              .header = outgoing.header,
              .codec = outgoing.codec,
              .clock_rate = outgoing.clock_rate,
              .since = now});
  if (was_empty) surroundings_.timeouts.onTimeoutMoved();
}

void SinkPort::transmitHeld(Timestamp now) {
  while (!held_.empty() &&
         (pacing_.maySend(now) || now - held_.front().since >= PacedQueue::kMaxWait)) {
    const PacedQueue::Entry entry = held_.pop();
    transmitHeld(entry, now);
  }
}

void SinkPort::transmitHeld(const PacedQueue::Entry& entry, Timestamp now) {
  const auto view = rtp::RtpView::parse(entry.packet.bytes());
  if (view) transmit({entry.packet, *view, entry.header, entry.codec, entry.clock_rate}, now);
}

void SinkPort::transmit(Outgoing outgoing, Timestamp now) {
  addExtensions(outgoing.header, now);
  if (const auto bytes = write(outgoing.view, outgoing.header)) noteSent(outgoing, *bytes, now);
}

void SinkPort::addExtensions(rtp::OutgoingHeader& header, Timestamp now) {
  if (abs_send_time_id_)
    header.abs_send_time = {.id = *abs_send_time_id_, .time = rtp::toAbsSendTime(now)};
  if (transport_cc_id_)
    header.transport_sequence = surroundings_.congestion.next(*transport_cc_id_);
}

std::optional<std::size_t> SinkPort::write(const rtp::RtpView& view,
                                           const rtp::OutgoingHeader& header) {
  const auto bytes = rtp::writeForwarded(view, header, surroundings_.transport.rtpBuffer());
  if (!bytes) {
    surroundings_.drops.count(bytes.error());
    return std::nullopt;
  }
  if (!surroundings_.transport.sendRtp(*bytes)) return std::nullopt;
  ++statistics_.packets_sent;
  statistics_.bytes_sent += *bytes;
  payload_bytes_sent_ += rtp::forwardedPayload(view, header).value_or(Bytes()).size();
  return *bytes;
}

void SinkPort::noteSent(const Outgoing& outgoing, std::size_t bytes, Timestamp now) {
  surroundings_.congestion.onSent(outgoing.header, bytes, TransportWideControl::Purpose::Media,
                                  now);
  pacing_.onSent(bytes, now);
  if (kind_ == rtp::MediaKind::Audio) surroundings_.congestion.onAudio(bytes, now);
  if (history_) history_->put(outgoing.packet, outgoing.header, now);
  sender_clock_.onSent({.source = outgoing.view.ssrc(),
                        .clock_rate = outgoing.clock_rate,
                        .source_timestamp = outgoing.view.timestamp(),
                        .timestamp = outgoing.header.timestamp},
                       surroundings_.clock.at(now));
  last_timestamp_ = outgoing.header.timestamp;
  flow_.onPacket();
  statistics_.payload_type = outgoing.header.payload_type;
  if (kind_ == rtp::MediaKind::Video) {
    frames_.add(outgoing.view.timestamp(), now);
    if (const auto size = rtp::frameSizeOf(outgoing.codec, outgoing.view.payload()))
      statistics_.video.size = *size;
  }
  if (latency_clock_)
    statistics_.end_to_end_latency.add(latency_clock_() - outgoing.packet.arrival());
}

void SinkPort::onNack(const rtcp::NackView& nack, Timestamp now) {
  ++statistics_.nack_count;
  if (!history_) return;
  nack.forEach([&](rtp::SequenceNumber number) { resend(number, now); });
}

void SinkPort::resend(rtp::SequenceNumber number, Timestamp now) {
  if (!mayResend(now)) return surroundings_.drops.count(PeerDrop::TooManyResends);
  const Duration rtt = statistics_.round_trip_time.value_or(Duration(0));
  const auto sent = history_->resend(number, rtt, now);
  if (!sent) return surroundings_.drops.count(sent.error());
  ++resends_;
  const PayloadTypeEntry* payload = surroundings_.payload_types.find((*sent)->header.payload_type);
  if (rtx_ssrc_ && payload && payload->rtx_payload_type) {
    if (sendRetransmission(**sent, *payload->rtx_payload_type, now)) ++statistics_.retransmitted;
    return;
  }
  const auto view = rtp::RtpView::parse((*sent)->packet.bytes());
  if (view && write(*view, (*sent)->header)) ++statistics_.retransmitted;
}

// RFC 4588: a packet of a stream of its own, so it may differ from the first one and is counted by
// congestion control.
bool SinkPort::sendRetransmission(const rtp::PacketHistory::Sent& sent,
                                  rtp::PayloadType payload_type, Timestamp now) {
  const auto view = rtp::RtpView::parse(sent.packet.bytes());
  if (!view) return false;
  rtp::OutgoingHeader header = sent.header;
  header.ssrc = *rtx_ssrc_;
  header.payload_type = payload_type;
  header.sequence_number = std::exchange(rtx_number_, rtp::next(rtx_number_));
  addExtensions(header, now);
  const auto bytes = rtp::writeRetransmission(*view, header, sent.header.sequence_number,
                                              surroundings_.transport.rtpBuffer());
  if (!bytes) {
    surroundings_.drops.count(bytes.error());
    return false;
  }
  if (!surroundings_.transport.sendRtp(*bytes)) return false;
  surroundings_.congestion.onSent(header, *bytes, TransportWideControl::Purpose::Media, now);
  pacing_.onSent(*bytes, now);  // It does not wait, but what comes after it does.
  return true;
}

// A train of padding on the retransmission stream: media numbers are not for that.
void SinkPort::maybeProbe(Timestamp now) {
  if (!rtx_ssrc_ || !transport_cc_id_ || !cached_payload_ || !cached_payload_->rtx_payload_type)
    return;
  const Bitrate audio = surroundings_.congestion.audioRate(now);
  const Bitrate wanted(*bandwidth_.wanted(now) + *audio);
  if (!surroundings_.congestion.estimator().takeProbe(wanted, now)) return;
  for (std::size_t i = 0; i < bwe::ProbeTrain::kPackets; ++i)
    if (!sendPadding(*cached_payload_->rtx_payload_type, now)) return;
}

bool SinkPort::sendPadding(rtp::PayloadType payload_type, Timestamp now) {
  rtp::OutgoingHeader header{.ssrc = *rtx_ssrc_,
                             .timestamp = last_timestamp_,
                             .sequence_number = std::exchange(rtx_number_, rtp::next(rtx_number_)),
                             .payload_type = payload_type,
                             .marker = false,
                             .picture_ids = std::nullopt,
                             .abs_send_time = std::nullopt};
  addExtensions(header, now);
  const auto bytes = rtp::writePadding(header, 255, surroundings_.transport.rtpBuffer());
  if (!bytes || !surroundings_.transport.sendRtp(*bytes)) return false;
  surroundings_.congestion.onSent(header, *bytes, TransportWideControl::Purpose::Probe, now);
  return true;
}

bool SinkPort::mayResend(Timestamp now) {
  if (now - resends_since_ >= kResendInterval) {
    resends_since_ = now;
    resends_ = 0;
  }
  return resends_ < kMaxResendsPerInterval;
}

}  // namespace ms::peer
