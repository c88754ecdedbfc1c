// One transport of a peer: its security, and where outgoing packets are sealed.
//
// WebRTC: a DTLS association, and SRTP with the keys that it made; media passes in either direction
// only after the peer has proved to be the one of the signalled fingerprint. Plain RTP: SRTP with
// the keys of the descriptions (SDES), or no security at all; it is secured from the first moment
// and sends as soon as its owner knows where to.
//
// Driven by MediaPeer. Outgoing packets are written into rtpBuffer() by who sends them, sealed in
// place and given to the observer.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "server/base/bytes.h"
#include "server/base/units.h"
#include "server/packet/dtls/dtls_session.h"
#include "server/packet/peer/media_peer.h"
#include "server/packet/peer/peer_drop.h"
#include "server/packet/peer/peer_statistics.h"
#include "server/packet/rtp/packet_pool.h"
#include "server/packet/sdp/negotiated.h"
#include "server/packet/srtp/srtp_session.h"

namespace ms::peer {

class TransportListener {
 public:
  virtual void onTransportState(TransportIndex transport, dtls::DtlsState state) = 0;

 protected:
  ~TransportListener() = default;
};

class Transport final : private dtls::DtlsObserver {
 public:
  struct Surroundings {
    PeerObserver& observer;
    TransportListener& listener;
    PeerDropCounters& drops;
    srtp::KeyLifetime key_lifetime = {};
  };

  // Of WebRTC.
  Transport(TransportIndex index, const dtls::Certificate& certificate,
            const sdp::NegotiatedTransport& negotiated, const Surroundings& surroundings);
  // Of an m-line with ports of its own.
  Transport(TransportIndex index, const sdp::NegotiatedMedia& negotiated,
            const Surroundings& surroundings);

  // There is a checked pair, or an address to send to. True: sending is possible since this call.
  bool onReady(Timestamp now);
  void noteReceived(Bytes datagram) { bytes_received_ += datagram.size(); }
  void receiveDtls(Bytes datagram, Timestamp now);
  Timestamp nextTimeout() const;
  void handleTimeout(Timestamp now);
  void close();

  // Nothing, and counted, when it is refused.
  std::optional<MutableBytes> unprotectRtp(MutableBytes packet);
  std::optional<MutableBytes> unprotectRtcp(MutableBytes packet);

  // Where the next packet is to be written; its content is gone after sendRtp().
  MutableBytes rtpBuffer() { return buffer_; }
  bool sendRtp(std::size_t bytes);
  // Of a compound in `buffer`, which has room for srtp::SrtpSession::kMaxTrailerBytes more.
  bool sendRtcp(MutableBytes buffer, std::size_t bytes);

  // Application data over DTLS; false without it, before it is connected, or when it is too long.
  bool sendApplicationData(Bytes data);

  // What comes can be read.
  bool isSecured() const { return security_ == Security::None || srtp_.has_value(); }
  // And there is a way to the peer: packets can be sent.
  bool isConnected() const { return isSecured() && has_path_; }
  TransportIndex index() const { return index_; }
  // The worse of what we seal with and what the peer seals with.
  srtp::KeyState keyState() const;
  // Packets that were unprotected with keys.
  std::uint64_t authenticated() const { return authenticated_; }
  // New without DTLS.
  dtls::DtlsState dtlsState() const;
  dtls::DtlsFailure dtlsFailure() const;
  TransportStatistics statistics() const;

 private:
  enum class Security : std::uint8_t { Dtls, Sdes, None };

  void useKeys(const srtp::SrtpKeys& keys);
  Component componentOfRtcp() const;
  void send(Component component, Bytes datagram);
  void onDtlsDatagram(Bytes datagram) override;
  void onDtlsState(dtls::DtlsState state) override;
  void onDtlsApplicationData(Bytes data) override;

  const TransportIndex index_;
  const Security security_;
  const sdp::SetupRole setup_;
  const Surroundings surroundings_;
  std::optional<dtls::DtlsSession> dtls_;
  bool has_path_;
  std::uint64_t authenticated_ = 0;
  std::optional<srtp::SrtpSession> srtp_;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t bytes_received_ = 0;
  std::array<std::uint8_t, rtp::kPacketBufferBytes> buffer_{};
};

}  // namespace ms::peer
