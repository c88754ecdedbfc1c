// A light peer of an RtpEndpoint: plain RTP (AVPF) from and to a pair of ports.
#pragma once

#include <memory>
#include <string>

#include "bench/load/peer.h"
#include "bench/load/udp_socket.h"

namespace ms::load {

class RtpPeer final : public Peer {
 public:
  RtpPeer(PeerLoop& loop, PeerSettings settings);
  ~RtpPeer() override;

  std::string makeOffer() override;
  void takeAnswer(const std::string& answer) override;
  bool isConnected() const override { return rtp_target_.sin_port != 0; }
  std::uint16_t port() const { return rtp_->port(); }
  void tick(Timestamp now) override;
  bool sendRtp(Bytes packet) override;
  std::uint32_t socketDrops() const override { return rtp_->drops(); }

 private:
  // net::PollSet::Owner.
  void onReady(int descriptor, std::uint32_t events) override;

  void openPair();

  std::unique_ptr<UdpSocket> rtp_, rtcp_;
  sockaddr_in rtp_target_{}, rtcp_target_{};
};

}  // namespace ms::load
