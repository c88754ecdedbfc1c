#include "bench/load/rtp_peer.h"

#include <sys/epoll.h>

#include <array>

#include "bench/load/offer.h"
#include "bench/load/rpc_client.h"
#include "server/packet/sdp/words.h"

namespace ms::load {
namespace {

constexpr int kMaxPairsTried = 100;

// "IN IP4 192.0.2.1"
std::string addressOf(std::string_view connection) {
  const auto words = sdp::words(connection);
  if (words.size() < 3) throw LoadError("the answer has no address");
  return std::string(words[2]);
}

}  // namespace

RtpPeer::RtpPeer(PeerLoop& loop, PeerSettings settings) : Peer(loop, std::move(settings)) {
  openPair();
  loop_.polls().watch(poll_id_, rtp_->descriptor(), EPOLLIN);
  loop_.polls().watch(poll_id_, rtcp_->descriptor(), EPOLLIN);
}

RtpPeer::~RtpPeer() {
  loop_.polls().unwatch(poll_id_, rtp_->descriptor());
  loop_.polls().unwatch(poll_id_, rtcp_->descriptor());
  loop_.polls().remove(poll_id_);
}

// Some even port and the next.
void RtpPeer::openPair() {
  for (int tried = 0; tried < kMaxPairsTried; ++tried) {
    rtp_ = std::make_unique<UdpSocket>(settings_.address, socketOptions());
    if (rtp_->port() % 2 != 0) continue;
    try {
      rtcp_ = std::make_unique<UdpSocket>(
          settings_.address, UdpOptions{.port = static_cast<std::uint16_t>(rtp_->port() + 1)});
      return;
    } catch (const LoadError&) {  // Somebody else's.
    }
  }
  throw LoadError("no pair of free ports");
}

std::string RtpPeer::makeOffer() { return rtpOffer(settings_, rtp_->port()); }

void RtpPeer::takeAnswer(const std::string& answer) {
  const auto session = acceptedAnswer(answer);
  const sdp::MediaDescription& media = session.media.front();
  auto connection = media.line('c');
  if (!connection) connection = session.line('c');
  const std::string address = addressOf(connection.value_or(""));
  const auto rtcp = media.value("rtcp");
  const auto rtcp_port =
      rtcp ? sdp::parseNumber<std::uint16_t>(sdp::words(*rtcp).at(0)) : std::nullopt;
  rtp_target_ = socketAddress(address, media.port);
  rtcp_target_ =
      socketAddress(address, rtcp_port.value_or(static_cast<std::uint16_t>(media.port + 1)));
}

void RtpPeer::tick(Timestamp now) {
  if (settings_.flow != Flow::Receive || !isConnected() || !isReportDue(now)) return;
  std::array<std::uint8_t, 256> buffer;
  const Bytes report = makeReport(buffer);
  if (!report.empty()) rtcp_->send(report, rtcp_target_);
}

bool RtpPeer::sendRtp(Bytes packet) { return isConnected() && rtp_->send(packet, rtp_target_); }

void RtpPeer::onReady(int descriptor, std::uint32_t) {
  const Timestamp now = Loop::now();
  if (descriptor == rtcp_->descriptor())
    return rtcp_->receive([&](const auto& datagram) { takeRtcp(datagram.bytes); });
  rtp_->receive([&](const UdpSocket::Datagram& datagram) {
    if (!reception_.count(datagram.bytes, now)) return;
    if (settings_.depth == Depth::Count && reception_.firstFrameAt()) return;
    if (const auto view = rtp::RtpView::parse(datagram.bytes))
      reception_.look(*view, datagram.arrival, now);
  });
}

}  // namespace ms::load
