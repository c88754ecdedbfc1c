// One transport of a peer: the DTLS association, and SRTP with the keys that it made. Media passes
// in either direction only after the peer has proved to be the one of the signalled fingerprint.
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
  };

  Transport(TransportIndex index, const dtls::Certificate& certificate,
            const sdp::NegotiatedTransport& negotiated, const Surroundings& surroundings);

  // A checked pair is there.
  void onReady(Timestamp now);
  void receiveDtls(Bytes datagram, Timestamp now);
  void close();

  // Nothing, and counted, when it is refused.
  std::optional<MutableBytes> unprotectRtp(MutableBytes packet);
  std::optional<MutableBytes> unprotectRtcp(MutableBytes packet);

  // Where the next packet is to be written; its content is gone after sendRtp().
  MutableBytes rtpBuffer() { return buffer_; }
  bool sendRtp(std::size_t bytes);
  // Of a compound in `buffer`, which has room for srtp::SrtpSession::kMaxTrailerBytes more.
  bool sendRtcp(MutableBytes buffer, std::size_t bytes);

  bool isConnected() const { return srtp_.has_value(); }
  TransportIndex index() const { return index_; }
  dtls::DtlsSession& dtls() { return dtls_; }
  const dtls::DtlsSession& dtls() const { return dtls_; }

 private:
  void onDtlsDatagram(Bytes datagram) override;
  void onDtlsState(dtls::DtlsState state) override;
  void onDtlsApplicationData(Bytes data) override;

  const TransportIndex index_;
  const sdp::SetupRole setup_;
  const Surroundings surroundings_;
  dtls::DtlsSession dtls_;
  std::optional<srtp::SrtpSession> srtp_;
  std::array<std::uint8_t, rtp::kPacketBufferBytes> buffer_{};
};

}  // namespace ms::peer
