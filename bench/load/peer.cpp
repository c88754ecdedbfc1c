#include "bench/load/peer.h"

#include <variant>

#include "server/packet/rtcp/compound_view.h"
#include "server/packet/rtcp/compound_writer.h"
#include "server/packet/rtcp/message.h"
#include "server/packet/rtcp/receiver_report.h"
#include "server/packet/rtcp/remb.h"

namespace ms::load {
namespace {

// What the light peers say they could take: more than any stream of the tool.
constexpr Bitrate kTakeable(20'000'000);

}  // namespace

Peer::Peer(PeerLoop& loop, PeerSettings settings)
    : loop_(loop),
      settings_(std::move(settings)),
      reception_(settings_.format.codec),
      poll_id_(loop.polls().add(*this)) {}

void Peer::takeRtcp(Bytes compound) {
  const auto packets = rtcp::CompoundView::parse(compound);
  if (!packets) return;
  for (const auto& packet : *packets) {
    const auto message = rtcp::parseMessage(packet);
    if (!message) continue;
    if (std::holds_alternative<rtcp::PliView>(*message) ||
        std::holds_alternative<rtcp::FirView>(*message))
      is_key_frame_asked_ = true;
  }
}

Bytes Peer::makeReport(MutableBytes buffer) {
  if (!reception_.ssrc()) return {};
  rtcp::CompoundWriter writer(buffer);
  rtp::ReceptionReport report;
  report.source = *reception_.ssrc();
  report.cumulative_lost = static_cast<std::int32_t>(reception_.gaps());
  report.extended_highest_sequence_number = reception_.highestSequenceNumber();
  const rtp::Ssrc own(settings_.ssrc);
  rtcp::writeReceiverReport(writer, own, std::span(&report, 1));
  if (settings_.format.kind == "video")
    rtcp::writeRemb(writer, own, kTakeable, {&report.source, 1});
  return writer.datagram();
}

bool Peer::isReportDue(Timestamp now) {
  if (now < next_report_) return false;
  next_report_ = now + kReportInterval;
  return true;
}

}  // namespace ms::load
