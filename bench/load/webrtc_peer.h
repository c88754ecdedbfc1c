// A light WebRTC peer: one socket, one m-line, ICE as far as a server with an address of its own
// needs it (controlling, host candidates, UDP), DTLS in the server's role or the client's, SRTP.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bench/load/peer.h"
#include "bench/load/stun_check.h"
#include "bench/load/udp_socket.h"
#include "server/base/random.h"
#include "server/packet/dtls/certificate.h"
#include "server/packet/dtls/dtls_session.h"
#include "server/packet/ice/candidate.h"
#include "server/packet/ice/credentials.h"
#include "server/packet/srtp/srtp_session.h"

namespace ms::load {

class WebRtcPeer final : public Peer, private dtls::DtlsObserver {
 public:
  static constexpr std::chrono::milliseconds kCheckInterval{50};

  WebRtcPeer(PeerLoop& loop, PeerSettings settings, const dtls::Certificate& certificate);
  ~WebRtcPeer() override;

  std::string makeOffer() override;
  void takeAnswer(const std::string& answer) override;
  void addCandidate(const std::string& text) override;
  bool isConnected() const override { return srtp_.has_value(); }
  void tick(Timestamp now) override;
  bool sendRtp(Bytes packet) override;
  std::uint32_t socketDrops() const override { return socket_.drops(); }

 private:
  struct Path {
    sockaddr_in server{};
    TransactionId transaction{};             // Of the check that is under way,
    Nomination nomination = Nomination::No;  // and what it asks for.
  };

  // net::PollSet::Owner.
  void onReady(int descriptor, std::uint32_t events) override;

  // dtls::DtlsObserver.
  void onDtlsDatagram(Bytes datagram) override;
  void onDtlsState(dtls::DtlsState state) override;
  void onDtlsApplicationData(Bytes) override {}

  void take(const UdpSocket::Datagram& datagram, Timestamp now);
  void takeStun(const UdpSocket::Datagram& datagram, Timestamp now);
  void takeMedia(const UdpSocket::Datagram& datagram, Timestamp now);
  void check(Path& path, Nomination nomination);
  bool needsPayload() const;

  UdpSocket socket_;
  SystemRandom random_;
  const dtls::Certificate certificate_;
  const ice::Credentials credentials_;
  const std::uint64_t tie_breaker_;
  std::optional<ice::Credentials> server_credentials_;
  std::vector<Path> paths_;
  std::optional<sockaddr_in> selected_;
  bool is_nominated_ = false;
  Timestamp next_check_{};
  std::unique_ptr<dtls::DtlsSession> dtls_;
  std::optional<srtp::SrtpSession> srtp_;
};

}  // namespace ms::load
