// What the peer tells by RTCP: about what it sends (SR, BYE), about what it receives from us
// (report blocks, NACK, REMB), and what it wants (PLI, FIR).
#include <variant>

#include "server/packet/peer/media_peer_parts.h"
#include "server/packet/rtcp/compound_view.h"

namespace ms::peer {

void MediaPeer::Parts::receiveRtcp(Transport& transport, MutableBytes packet, Timestamp now) {
  const auto plain = transport.unprotectRtcp(packet);
  if (!plain) return;
  const auto compound = rtcp::CompoundView::parse(*plain);
  if (!compound) return drops.count(compound.error());
  last_rtcp = now;
  said_bye = false;
  for (const rtcp::PacketView one : *compound) {
    const auto message = rtcp::parseMessage(one);
    if (!message) {
      drops.count(message.error());
      continue;
    }
    std::visit([&](const auto& known) { on(transport, known, now); }, *message);
  }
  setMediaState(said_bye ? MediaState::Disconnected : MediaState::Connected);
}

void MediaPeer::Parts::on(Transport&, const rtcp::SenderReportView& report, Timestamp now) {
  for (const auto& section : media) {
    if (!section->source) continue;
    const auto clock_rate = section->source->clockRateOf(report.sender);
    if (!clock_rate) continue;
    const auto mapping = source_clock.onSenderReport({.source = report.sender,
                                                      .ntp = report.info.ntp,
                                                      .rtp = report.info.rtp,
                                                      .clock_rate = *clock_rate},
                                                     environment.clock.at(now));
    section->source->onSenderReport(report.sender, report.info.ntp, mapping, now);
  }
  onReceptionReports(report.blocks, now);
}

void MediaPeer::Parts::on(Transport&, const rtcp::ReceiverReportView& report, Timestamp now) {
  onReceptionReports(report.blocks, now);
}

void MediaPeer::Parts::onReceptionReports(const rtcp::ReportBlocksView& blocks, Timestamp now) {
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const rtp::ReceptionReport block = blocks[i];
    SinkPort* sink = sinkOf(block.source);
    if (!sink) continue;
    const auto rtt = sink->onReceptionReport(block, now);
    if (!rtt) continue;
    for (const auto& control : congestion) control->estimator().onRoundTripTime(*rtt);
    for (const auto& section : media)
      if (section->source) section->source->onRoundTripTime(*rtt);
  }
}

void MediaPeer::Parts::on(Transport&, const rtcp::ByeView& bye, Timestamp) {
  for (std::size_t i = 0; i < bye.size(); ++i)
    for (const auto& section : media)
      if (section->source) section->source->onBye(bye[i]);
  said_bye = true;
}

void MediaPeer::Parts::on(Transport&, const rtcp::NackView& nack, Timestamp now) {
  if (SinkPort* sink = sinkOf(nack.media())) sink->onNack(nack, now);
}

void MediaPeer::Parts::on(Transport&, const rtcp::PliView& pli, Timestamp now) {
  if (SinkPort* sink = sinkOf(pli.media)) sink->onPli(now);
}

void MediaPeer::Parts::on(Transport&, const rtcp::FirView& fir, Timestamp now) {
  for (std::size_t i = 0; i < fir.size(); ++i)
    if (SinkPort* sink = sinkOf(fir[i].media)) sink->onFir(now);
}

// The peer's estimate is of all that it receives; audio's part is not worth taking off.
void MediaPeer::Parts::on(Transport&, const rtcp::RembView& remb, Timestamp now) {
  for (std::size_t i = 0; i < remb.size(); ++i) {
    SinkPort* sink = sinkOf(remb[i]);
    if (!sink || sink->kind() != rtp::MediaKind::Video) continue;
    return sink->onRemb(remb.bitrate(), now);
  }
}

void MediaPeer::Parts::on(Transport& transport, const rtcp::TransportCcView& feedback,
                          Timestamp now) {
  auto& estimator = congestion[transport.index()]->estimator();
  estimator.onFeedback(feedback, now);
  for (const auto& section : media)
    if (section->sink && &section->transport == &transport) section->sink->onEstimate(now);
}

SinkPort* MediaPeer::Parts::sinkOf(rtp::Ssrc local) const {
  for (const auto& section : media)
    if (section->sink && section->sink->ssrc() == local) return &*section->sink;
  return nullptr;
}

}  // namespace ms::peer
