// Regular RTCP (RFC 3550 §6.4): one compound per transport with a report and a CNAME for each of
// our SSRCs on it.
#include <array>
#include <span>

#include "server/packet/peer/webrtc_peer_parts.h"
#include "server/packet/rtcp/receiver_report.h"
#include "server/packet/rtcp/sender_report.h"
#include "server/packet/rtcp/source_description.h"

namespace ms::peer {

void WebRtcPeer::Parts::sendDueReports(Timestamp now) {
  for (std::size_t i = 0; i < transports.size(); ++i) {
    if (!transports[i]->isConnected() || !schedulers[i].isDue(now)) continue;
    schedulers[i].onSent(sendReports(*transports[i], now), now);
  }
}

std::size_t WebRtcPeer::Parts::sendReports(Transport& transport, Timestamp now) {
  constexpr std::size_t kMtu = rtcp::CompoundWriter::kDefaultMtu;
  std::array<std::uint8_t, kMtu + srtp::SrtpSession::kMaxTrailerBytes> buffer;
  rtcp::CompoundWriter out(MutableBytes(buffer).first(kMtu));
  for (const auto& section : media)
    if (&section->transport == &transport) writeReport(*section, out, now);
  const std::size_t bytes = out.datagram().size();
  if (bytes > 0) transport.sendRtcp(buffer, bytes);
  return bytes;
}

void WebRtcPeer::Parts::writeReport(MediaSection& section, rtcp::CompoundWriter& out,
                                    Timestamp now) {
  std::array<rtp::ReceptionReport, SourcePort::kMaxStreams> blocks;
  const std::size_t count = section.source ? section.source->writeReceptionReports(blocks, now) : 0;
  const auto received = std::span(blocks).first(count);
  const auto sent = section.sink ? section.sink->senderInfo(now) : std::nullopt;
  const rtp::Ssrc ssrc = section.rtcp.local();
  if (sent) {
    rtcp::writeSenderReport(out, ssrc, *sent, received);
  } else {
    rtcp::writeReceiverReport(out, ssrc, received);
  }
  rtcp::writeSourceDescription(out, ssrc, section.rtcp.cname());
}

}  // namespace ms::peer
