// Regular RTCP (RFC 3550 §6.4): one compound per transport with a report and a CNAME for each of
// our SSRCs on it.
#include <array>
#include <span>
#include <vector>

#include "server/packet/peer/media_peer_parts.h"
#include "server/packet/rtcp/bye.h"
#include "server/packet/rtcp/receiver_report.h"
#include "server/packet/rtcp/sender_report.h"
#include "server/packet/rtcp/source_description.h"

namespace ms::peer {
namespace {

constexpr std::size_t kMtu = rtcp::CompoundWriter::kDefaultMtu;
using RtcpBuffer = std::array<std::uint8_t, kMtu + srtp::SrtpSession::kMaxTrailerBytes>;

}  // namespace

void MediaPeer::Parts::sendDueReports(Timestamp now) {
  for (std::size_t i = 0; i < transports.size(); ++i) {
    if (!transports[i]->isConnected() || !schedulers[i].isDue(now)) continue;
    schedulers[i].onSent(sendReports(*transports[i], now), now);
  }
}

std::size_t MediaPeer::Parts::sendReports(Transport& transport, Timestamp now) {
  RtcpBuffer buffer;
  rtcp::CompoundWriter out(MutableBytes(buffer).first(kMtu));
  writeReports(transport, out, now);
  const std::size_t bytes = out.datagram().size();
  if (bytes > 0) transport.sendRtcp(buffer, bytes);
  return bytes;
}

void MediaPeer::Parts::sendDueFeedback(Timestamp now) {
  for (const auto& transport : transports) {
    if (!transport->isConnected()) continue;
    while (congestion[transport->index()]->feedback().nextTime() <= now)
      if (!sendFeedback(*transport, now)) break;
  }
}

// In the name of the first m-line: it is about all of them.
bool MediaPeer::Parts::sendFeedback(Transport& transport, Timestamp now) {
  TransportWideControl& control = *congestion[transport.index()];
  for (const auto& section : media)
    if (&section->transport == &transport)
      return section->rtcp.sendTransportCc(control.feedback(), control.lastReceived(), now);
  return false;
}

// One BYE for all SSRCs of the transport (RFC 3550 §6.3.7: two members need no back-off).
void MediaPeer::Parts::sendBye(Transport& transport, Timestamp now) {
  if (!transport.isConnected()) return;
  std::vector<rtp::Ssrc> leaving;
  for (const auto& section : media)
    if (&section->transport == &transport) leaving.push_back(section->rtcp.local());
  if (leaving.empty()) return;
  RtcpBuffer buffer;
  rtcp::CompoundWriter out(MutableBytes(buffer).first(kMtu));
  writeReports(transport, out, now);
  rtcp::writeBye(out, leaving, {});
  transport.sendRtcp(buffer, out.datagram().size());
}

void MediaPeer::Parts::writeReports(const Transport& transport, rtcp::CompoundWriter& out,
                                    Timestamp now) {
  for (const auto& section : media)
    if (&section->transport == &transport) writeReport(*section, out, now);
}

void MediaPeer::Parts::writeReport(MediaSection& section, rtcp::CompoundWriter& out,
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
