#include "server/packet/peer/rtcp_sender.h"

#include <array>

#include "server/packet/rtcp/key_frame_requests.h"
#include "server/packet/rtcp/nack.h"
#include "server/packet/rtcp/receiver_report.h"
#include "server/packet/rtcp/remb.h"
#include "server/packet/rtcp/source_description.h"

namespace ms::peer {

template <class WriteFeedback>
void RtcpSender::send(WriteFeedback&& write) {
  if (!canSend()) return;
  constexpr std::size_t kMtu = rtcp::CompoundWriter::kDefaultMtu;
  std::array<std::uint8_t, kMtu + srtp::SrtpSession::kMaxTrailerBytes> buffer;
  rtcp::CompoundWriter out(MutableBytes(buffer).first(kMtu));
  rtcp::writeReceiverReport(out, local_, {});
  rtcp::writeSourceDescription(out, local_, cname_);
  write(out);
  transport_.sendRtcp(buffer, out.datagram().size());
}

void RtcpSender::sendPli(rtp::Ssrc media) {
  send([&](rtcp::CompoundWriter& out) { rtcp::writePli(out, local_, media); });
}

void RtcpSender::sendFir(rtp::Ssrc media) {
  const rtcp::FirView::Request request{.media = media, .number = fir_number_++};
  send([&](rtcp::CompoundWriter& out) { rtcp::writeFir(out, local_, request); });
}

std::size_t RtcpSender::sendNack(rtp::Ssrc media, std::span<const rtp::SequenceNumber> numbers) {
  std::size_t written = 0;
  send([&](rtcp::CompoundWriter& out) { written = rtcp::writeNack(out, local_, media, numbers); });
  return written;
}

bool RtcpSender::sendTransportCc(bwe::FeedbackGenerator& feedback, rtp::Ssrc media, Timestamp now) {
  bool written = false;
  send([&](rtcp::CompoundWriter& out) { written = feedback.write(out, local_, media, now); });
  return written;
}

void RtcpSender::sendRemb(Bitrate bitrate, std::span<const rtp::Ssrc> media) {
  send([&](rtcp::CompoundWriter& out) { rtcp::writeRemb(out, local_, bitrate, media); });
}

}  // namespace ms::peer
