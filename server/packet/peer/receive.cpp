// The way of a datagram from a checked ICE candidate pair to the sinks of a source:
//
//   datagramKind -> DTLS: Transport::receiveDtls
//                -> RTCP: receiveRtcp (receive_rtcp.cpp)
//                -> RTP:  unprotect -> parse -> findSection -> [unwrap RTX] -> bind -> noteNumber
//                         -> activate -> deliver
//
// What is not taken is counted by its reason, and nothing else.
#include <algorithm>
#include <array>
#include <utility>

#include "server/packet/peer/media_peer_parts.h"
#include "server/packet/rtp/key_frame.h"
#include "server/packet/rtp/rtx.h"
#include "server/packet/stun/datagram_kind.h"

namespace ms::peer {

void MediaPeer::Parts::receive(Transport& transport, MutableBytes datagram, Timestamp now) {
  transport.noteReceived(datagram);
  const auto kind = stun::datagramKind(datagram);
  if (!kind) return drops.count(kind.error());
  switch (*kind) {
    case stun::DatagramKind::Stun:
      return drops.count(PeerDrop::StunNotForUs);
    case stun::DatagramKind::Dtls:
      return transport.receiveDtls(datagram, now);
    case stun::DatagramKind::Rtcp:
      return receiveRtcp(transport, datagram, now);
    case stun::DatagramKind::Rtp:
      return receiveRtp(transport, datagram, now);
  }
}

void MediaPeer::Parts::receiveRtp(Transport& transport, MutableBytes packet, Timestamp now) {
  const auto plain = transport.unprotectRtp(packet);
  if (!plain) return;
  const auto view = rtp::RtpView::parse(*plain);
  if (!view) return drops.count(view.error());
  if (plain->size() > rtp::kMaxPacketBytes) return drops.count(rtp::Drop::TooLong);

  MediaSection* section = findSection(transport, *view);
  if (!section) return drops.count(PeerDrop::UnknownPayloadType);
  if (section->transport_cc_id)
    congestion[transport.index()]->onReceived(*view, *section->transport_cc_id, now);
  if (!section->source) return drops.count(PeerDrop::NotReceiving);
  SourcePort& source = *section->source;
  if (const auto original = source.retransmittedBy(*view))
    return receiveRetransmission(source, *original, *view, now);
  const PayloadTypeEntry* payload = section->payload_types.find(view->payloadType());
  if (!payload) return drops.count(PeerDrop::RetransmissionUnasked);  // Of what never came.
  receiveMedia(source, *view, *payload, now);
}

// By payload type: each number belongs to one m-line of a transport (RFC 8843 §9.2). Packets of an
// announced retransmission SSRC may have one that we did not negotiate.
MediaSection* MediaPeer::Parts::findSection(const Transport& transport,
                                            const rtp::RtpView& packet) const {
  for (const auto& section : media) {
    if (&section->transport != &transport) continue;
    if (section->source && section->source->announcesRetransmission(packet.ssrc()))
      return section.get();
    if (section->payload_types.find(packet.payloadType())) return section.get();
    if (section->payload_types.findRetransmitted(packet.payloadType())) return section.get();
  }
  return nullptr;
}

void MediaPeer::Parts::receiveMedia(SourcePort& source, const rtp::RtpView& packet,
                                    const PayloadTypeEntry& payload, Timestamp now) {
  const auto stream = source.bind(packet, payload, now);
  if (!stream) return drops.count(stream.error());
  const bool is_usable = noteNumber(**stream, packet, now);
  if (is_usable) forwardStray(source, **stream, now);
  if (is_usable) forward(source, **stream, packet, now);
}

// The first packet of a sender that began anew is the start of a key frame.
void MediaPeer::Parts::forwardStray(SourcePort& source, InboundStream& stream, Timestamp now) {
  const rtp::PacketRef stray = std::exchange(stream.stray, {});
  if (!stray) return;
  const auto view = rtp::RtpView::parse(stray.bytes());
  if (view && stream.taken.take(view->sequenceNumber())) forward(source, stream, *view, now);
}

// RFC 4588: only what is known to be missing is taken. A copy may come before its original (senders
// fill probes with what they sent last): it must not look as if the original had come.
void MediaPeer::Parts::receiveRetransmission(SourcePort& source, rtp::Ssrc original,
                                             const rtp::RtpView& packet, Timestamp now) {
  InboundStream* stream = source.find(original);
  if (!stream || !stream->losses) return drops.count(PeerDrop::RetransmissionUnasked);
  std::array<std::uint8_t, rtp::kMaxPacketBytes> buffer;
  const auto bytes = rtp::unwrapRtx(
      packet, {.ssrc = original, .payload_type = stream->payload->payload_type}, buffer);
  if (!bytes) return drops.count(bytes.error());
  const auto view = rtp::RtpView::parse(Bytes(buffer).first(*bytes));
  if (!view) return drops.count(view.error());
  if (!stream->losses->isMissing(view->sequenceNumber()))
    return drops.count(PeerDrop::RetransmissionUnasked);
  stream->losses->receive(view->sequenceNumber(), now);
  if (!stream->taken.take(view->sequenceNumber())) return drops.count(PeerDrop::Duplicate);
  forward(source, *stream, *view, now);
}

// Statistics and losses. False when the packet is not to be used.
bool MediaPeer::Parts::noteNumber(InboundStream& stream, const rtp::RtpView& packet,
                                  Timestamp now) {
  const auto order = stream.statistics.receive(packet.sequenceNumber(), packet.timestamp(),
                                               packet.packet().size(), now);
  if (!order) {
    if (order.error() == rtp::Drop::SequenceJump)
      stream.stray = environment.pool.copy(packet.packet(), now);
    drops.count(order.error());
    return false;
  }
  const bool restarted = *order == rtp::ReceiveStatistics::Order::Restarted;
  if (restarted) stream.taken = {};
  if (!restarted) stream.stray = {};
  if (!stream.taken.take(packet.sequenceNumber())) {
    drops.count(PeerDrop::Duplicate);
    return false;
  }
  if (!stream.losses) return true;
  if (restarted) stream.losses->restart();
  stream.losses->receive(packet.sequenceNumber(), now);
  if (rtp::isKeyFrameStart(stream.payload->format.codec, packet.payload()))
    stream.losses->onKeyFrameStart(packet.sequenceNumber());
  return true;
}

void MediaPeer::Parts::forward(SourcePort& source, InboundStream& stream,
                               const rtp::RtpView& packet, Timestamp now) {
  source.noteArrival(stream, packet, now);
  if (const auto active = source.activate(stream, now); !active) return drops.count(active.error());
  rtp::PacketRef shared = environment.pool.copy(packet.packet(), now);
  if (!shared) return drops.count(rtp::Drop::PoolExhausted);
  source.deliver(stream, std::move(shared), now);
}

}  // namespace ms::peer
