// The way of a packet from a source to a peer:
//
//   payloadFor -> rewrite -> write -> [Transport: SRTP protect, send] -> history, clock, statistics
//
// and the way of one that the peer asks for again: history -> write, as it was or as a packet of
// the retransmission stream -> the same.
#include <utility>

#include "server/packet/peer/sink_port.h"
#include "server/packet/rtp/abs_send_time.h"
#include "server/packet/rtp/rtp_writer.h"

namespace ms::peer {

void SinkPort::onPacket(const SourcePacket& packet, Timestamp now) {
  if (!surroundings_.transport.isConnected())
    return surroundings_.drops.count(PeerDrop::NotConnected);
  if (latency_clock_) statistics_.input_latency.add(latency_clock_() - packet.packet.arrival());
  const PayloadTypeEntry* payload = payloadFor(packet.format);
  if (!payload) return surroundings_.drops.count(PeerDrop::CodecNotNegotiated);
  const auto header = rewrite(packet, *payload, now);
  if (!header) return;
  const auto bytes = write(packet.view, *header);
  if (!bytes) return;
  surroundings_.congestion.onSent(*header, *bytes, TransportWideControl::Purpose::Media, now);
  noteSent(packet, *header, now);
  maybeFinishSwitch();
}

// A source keeps its format for long, so the last answer is nearly always the right one.
const PayloadTypeEntry* SinkPort::payloadFor(const CodecFormat& format) {
  if (cached_format_ != format) {
    cached_format_ = format;
    cached_payload_ = surroundings_.payload_types.carrierOf(format);
  }
  return cached_payload_;
}

std::optional<rtp::OutgoingHeader> SinkPort::rewrite(const SourcePacket& packet,
                                                     const PayloadTypeEntry& payload,
                                                     Timestamp now) {
  const rtp::SourceFormat format{.source = idOf(packet.source),
                                 .codec = packet.format.codec,
                                 .clock_rate = packet.format.clock_rate,
                                 .outgoing_payload_type = payload.payload_type};
  auto header = rewriter_.rewrite(packet.view, format, packet.packet.arrival());
  if (!header) {
    surroundings_.drops.count(header.error());
    if (header.error() == rtp::Drop::WaitsForKeyFrame) packet.source.requestKeyFrame(now);
    return std::nullopt;
  }
  if (!used_numbers_.take(header->sequence_number)) {
    surroundings_.drops.count(PeerDrop::SequenceNumberUsed);
    return std::nullopt;
  }
  addExtensions(*header, now);
  return *header;
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
  payload_bytes_sent_ += view.payload().size();
  return *bytes;
}

void SinkPort::noteSent(const SourcePacket& packet, const rtp::OutgoingHeader& header,
                        Timestamp now) {
  if (history_) history_->put(packet.packet, header, now);
  sender_clock_.onSent({.source = packet.view.ssrc(),
                        .clock_rate = packet.format.clock_rate,
                        .source_timestamp = packet.view.timestamp(),
                        .timestamp = header.timestamp},
                       surroundings_.clock.at(now));
  flow_.onPacket();
  statistics_.payload_type = header.payload_type;
  if (kind_ == rtp::MediaKind::Video) {
    frames_.add(packet.view.timestamp(), now);
    if (const auto size = rtp::frameSizeOf(packet.format.codec, packet.view.payload()))
      statistics_.video.size = *size;
  }
  if (latency_clock_)
    statistics_.end_to_end_latency.add(latency_clock_() - packet.packet.arrival());
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
