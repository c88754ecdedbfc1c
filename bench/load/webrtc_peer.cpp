#include "bench/load/webrtc_peer.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>

#include "bench/load/offer.h"
#include "bench/load/rpc_client.h"
#include "server/packet/sdp/attributes.h"
#include "server/packet/sdp/session_description.h"
#include "server/packet/stun/datagram_kind.h"

namespace ms::load {
namespace {

constexpr std::uint32_t kHostPriority = 2130706431;  // RFC 8445 §5.1.2.1: host, component 1.
constexpr std::size_t kMaxPacketBytes = 1500;

ice::Credentials drawCredentials(Random& random) {
  std::array<std::uint8_t, ice::Credentials::kEntropyBytes> entropy;
  random.fill(entropy);
  return ice::Credentials::make(entropy);
}

// Of the m-line itself, else of the session.
template <class Read>
auto fromSections(const sdp::SessionDescription& session, Read read) {
  auto found = read(session.media.front());
  return found ? found : read(session);
}

bool isSame(const sockaddr_in& a, const sockaddr_in& b) {
  return a.sin_port == b.sin_port && a.sin_addr.s_addr == b.sin_addr.s_addr;
}

}  // namespace

WebRtcPeer::WebRtcPeer(PeerLoop& loop, PeerSettings settings, const dtls::Certificate& certificate)
    : Peer(loop, std::move(settings)),
      socket_(settings_.address, socketOptions()),
      certificate_(certificate),
      credentials_(drawCredentials(random_)),
      tie_breaker_(random_.next64()) {
  loop_.polls().watch(poll_id_, socket_.descriptor(), EPOLLIN);
}

WebRtcPeer::~WebRtcPeer() {
  loop_.polls().unwatch(poll_id_, socket_.descriptor());
  loop_.polls().remove(poll_id_);
}

std::string WebRtcPeer::makeOffer() {
  ice::Candidate candidate;
  candidate.foundation = "1";
  candidate.priority = kHostPriority;
  candidate.address = settings_.address;
  candidate.port = socket_.port();
  return webRtcOffer(settings_, {.credentials = credentials_,
                                 .fingerprint = certificate_.fingerprint().toText(),
                                 .candidate = ice::write(candidate)});
}

void WebRtcPeer::takeAnswer(const std::string& answer) {
  const auto session = acceptedAnswer(answer);
  server_credentials_ = fromSections(session, sdp::credentialsOf);
  const auto fingerprint = fromSections(
      session, [](const sdp::Section& section) { return section.value("fingerprint"); });
  const auto setup =
      fromSections(session, [](const sdp::Section& section) { return section.value("setup"); });
  const auto expected = fingerprint ? dtls::Fingerprint::parse(*fingerprint) : std::nullopt;
  if (!server_credentials_ || !expected)
    throw LoadError("the answer has no ICE credentials or no fingerprint");
  const auto role = setup == "passive" ? dtls::DtlsRole::Client : dtls::DtlsRole::Server;
  dtls_ = std::make_unique<dtls::DtlsSession>(certificate_, role,
                                              std::vector<dtls::Fingerprint>{*expected},
                                              static_cast<dtls::DtlsObserver&>(*this));
  for (const std::string_view text : session.media.front().values("candidate"))
    addCandidate(std::string(text));
}

void WebRtcPeer::addCandidate(const std::string& text) {
  const auto candidate = ice::Candidate::parse(text);
  if (!candidate || candidate->component != 1 || candidate->transport != ice::Transport::Udp ||
      ice::addressKind(candidate->address) != ice::AddressKind::Ipv4)
    return;
  paths_.push_back({.server = socketAddress(candidate->address, candidate->port)});
  next_check_ = Timestamp{};
}

void WebRtcPeer::tick(Timestamp now) {
  if (dtls_ && selected_ && dtls_->nextTimeout() <= now) dtls_->handleTimeout(now);
  if (server_credentials_ && !is_nominated_ && next_check_ <= now) {
    next_check_ = now + kCheckInterval;
    for (Path& path : paths_) {
      const bool is_chosen = selected_ && isSame(*selected_, path.server);
      if (!selected_ || is_chosen) check(path, is_chosen ? Nomination::Yes : Nomination::No);
    }
  }
  if (settings_.flow != Flow::Receive || !srtp_ || !isReportDue(now)) return;
  std::array<std::uint8_t, kMaxPacketBytes> buffer;
  const Bytes report = makeReport(buffer);
  if (report.empty()) return;
  if (const auto size = srtp_->protectRtcp(buffer, report.size()))
    socket_.send(Bytes(buffer).first(*size), *selected_);
}

void WebRtcPeer::check(Path& path, Nomination nomination) {
  random_.fill(path.transaction);
  path.nomination = nomination;
  const auto request =
      writeCheck({.transaction = path.transaction,
                  .username = server_credentials_->ufrag + ':' + credentials_.ufrag,
                  .password = server_credentials_->pwd,
                  .tie_breaker = tie_breaker_,
                  .nomination = nomination});
  socket_.send(request, path.server);
}

bool WebRtcPeer::sendRtp(Bytes packet) {
  if (!srtp_) return false;
  std::array<std::uint8_t, kMaxPacketBytes + srtp::SrtpSession::kMaxTrailerBytes> buffer;
  std::ranges::copy(packet, buffer.begin());
  const auto size = srtp_->protectRtp(buffer, packet.size());
  return size && socket_.send(Bytes(buffer).first(*size), *selected_);
}

void WebRtcPeer::onReady(int, std::uint32_t) {
  const Timestamp now = Loop::now();
  socket_.receive([&](const UdpSocket::Datagram& datagram) { take(datagram, now); });
}

void WebRtcPeer::take(const UdpSocket::Datagram& datagram, Timestamp now) {
  const auto kind = stun::datagramKind(datagram.bytes);
  if (!kind) return;
  if (*kind == stun::DatagramKind::Stun) return takeStun(datagram, now);
  if (*kind != stun::DatagramKind::Dtls) return takeMedia(datagram, now);
  // The server may be quicker than our nomination.
  if (!selected_) selected_ = datagram.from;
  if (!dtls_) return;
  if (dtls_->state() == dtls::DtlsState::New) dtls_->start(now);
  dtls_->receive(datagram.bytes, now);
}

void WebRtcPeer::takeStun(const UdpSocket::Datagram& datagram, Timestamp now) {
  const auto header = StunHeader::parse(datagram.bytes);
  if (!header) return;
  if (header->kind == StunKind::BindingRequest) {
    socket_.send(writeCheckAnswer(header->transaction, datagram.from, credentials_.pwd),
                 datagram.from);
    return;
  }
  const auto path = std::ranges::find(paths_, header->transaction, &Path::transaction);
  if (header->kind != StunKind::BindingSuccess || path == paths_.end()) return;
  if (!selected_) selected_ = path->server;
  if (!isSame(*selected_, path->server)) return;
  if (path->nomination == Nomination::Yes) {
    is_nominated_ = true;
    return;
  }
  check(*path, Nomination::Yes);
  if (dtls_ && dtls_->state() == dtls::DtlsState::New) dtls_->start(now);
}

bool WebRtcPeer::needsPayload() const {
  return settings_.depth == Depth::Whole || !reception_.firstFrameAt();
}

void WebRtcPeer::takeMedia(const UdpSocket::Datagram& datagram, Timestamp now) {
  if (stun::datagramKind(datagram.bytes) == stun::DatagramKind::Rtcp) {
    if (settings_.flow != Flow::Send || !srtp_) return;
    if (const auto plain = srtp_->unprotectRtcp(datagram.bytes)) takeRtcp(*plain);
    return;
  }
  if (!reception_.count(datagram.bytes, now) || !needsPayload() || !srtp_) return;
  const auto plain = srtp_->unprotectRtp(datagram.bytes);
  if (!plain) return;
  if (const auto view = rtp::RtpView::parse(*plain)) reception_.look(*view, datagram.arrival, now);
}

void WebRtcPeer::onDtlsDatagram(Bytes datagram) {
  if (selected_) socket_.send(datagram, *selected_);
}

void WebRtcPeer::onDtlsState(dtls::DtlsState state) {
  if (state != dtls::DtlsState::Connected) return;
  const auto keys = dtls_->srtpKeys();
  if (!keys) return;
  if (auto session = srtp::SrtpSession::make(*keys)) srtp_ = std::move(*session);
}

}  // namespace ms::load
