// For tests, fuzzers and benchmarks: a MediaPeer and, at its other end, something without a mind
// of its own that shakes hands and then seals whatever bytes it is given: a peer that has the keys.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "server/packet/dtls/dtls_session.h"
#include "server/packet/peer/test_peer.h"
#include "server/packet/srtp/srtp_session.h"

namespace ms::peer {

class RawPeer final : private PeerObserver, private dtls::DtlsObserver {
 public:
  using Datagram = std::vector<std::uint8_t>;

  static constexpr TestSsrcs kServer{rtp::Ssrc(3), rtp::Ssrc(4)};
  static constexpr TestSsrcs kRemote{rtp::Ssrc(1), rtp::Ssrc(2)};
  static constexpr rtp::Ssrc kRemoteRtx{5};

  explicit RawPeer(std::uint32_t seed,
                   std::span<const srtp::Profile> profiles = dtls::kSrtpProfiles,
                   DeliveryQueue* deliveries = nullptr)
      : random_(seed),
        far_end_(testCertificate(), dtls::DtlsRole::Server, {testCertificate().fingerprint()},
                 *this, profiles),
        clock_(rtp::NtpTime(std::uint64_t{3'900'000'000u} << 32), Timestamp{}),
        peer(PeerEnvironment{.pool = pool,
                             .random = random_,
                             .certificate = testCertificate(),
                             .clock = clock_,
                             .deliveries = deliveries},
             *this) {}

  // Without a network in between. True when both ends are connected.
  bool connect(Timestamp now) {
    auto session = testSession({.setup = sdp::SetupRole::Active,
                                .local = kServer,
                                .remote = kRemote,
                                .remote_rtx = {{kRemote.video, kRemoteRtx}}});
    if (change_session) change_session(session);
    peer.start(session, now);
    far_end_.start(now);
    peer.onTransportReady(0, now);
    while (!to_far_end_.empty() || !to_peer_.empty()) {
      for (const Datagram& datagram : std::exchange(to_far_end_, {}))
        far_end_.receive(datagram, now);
      for (Datagram& datagram : std::exchange(to_peer_, {})) peer.receive(0, datagram, now);
    }
    if (const auto keys = far_end_.srtpKeys()) srtp_.emplace(*srtp::SrtpSession::make(*keys));
    return srtp_ && peer.connectionState() == ConnectionState::Connected;
  }

  // Empty when SRTP refuses the bytes.
  Datagram sealRtp(Bytes packet) {
    return seal(packet, [this](Datagram& d, std::size_t n) { return srtp_->protectRtp(d, n); });
  }
  Datagram sealRtcp(Bytes packet) {
    return seal(packet, [this](Datagram& d, std::size_t n) { return srtp_->protectRtcp(d, n); });
  }
  // What the peer sent, opened; empty when it is not ours to open.
  Datagram openRtp(Datagram datagram) {
    const auto plain = srtp_->unprotectRtp(datagram);
    return plain ? Datagram(plain->begin(), plain->end()) : Datagram();
  }
  Datagram openRtcp(Datagram datagram) {
    const auto plain = srtp_->unprotectRtcp(datagram);
    return plain ? Datagram(plain->begin(), plain->end()) : Datagram();
  }
  void give(Datagram datagram, Timestamp now) { peer.receive(0, datagram, now); }

  std::function<void(sdp::NegotiatedSession&)> change_session;
  std::function<void(Bytes)> on_sent = [](Bytes) {};
  bool keep_sent = false;
  std::vector<Datagram> sent;  // By the peer, sealed.
  std::uint64_t datagrams_sent = 0;
  std::vector<rtp::Codec> formats;  // Of what comes, as the peer tells them.
  int timeout_changes = 0;          // Told by the peer.

 private:
  template <class Protect>
  Datagram seal(Bytes packet, Protect&& protect) {
    Datagram datagram(packet.begin(), packet.end());
    datagram.resize(packet.size() + srtp::SrtpSession::kMaxTrailerBytes);
    const auto size = protect(datagram, packet.size());
    datagram.resize(size.value_or(0));
    return datagram;
  }

  // PeerObserver
  void onDatagram(TransportIndex, Component, Bytes datagram) override {
    ++datagrams_sent;
    on_sent(datagram);
    if (keep_sent) sent.emplace_back(datagram.begin(), datagram.end());
    if (!srtp_) to_far_end_.emplace_back(datagram.begin(), datagram.end());
  }
  void onDtlsState(TransportIndex, dtls::DtlsState) override {}
  void onConnectionState(ConnectionState) override {}
  void onMediaState(MediaState) override {}
  void onFlowState(rtp::MediaKind, FlowDirection, FlowState) override {}
  void onSourceFormat(rtp::MediaKind, const CodecFormat& format) override {
    formats.push_back(format.codec);
  }
  void onApplicationData(TransportIndex, Bytes) override {}
  void onTimeoutChanged() override { ++timeout_changes; }
  // DtlsObserver
  void onDtlsDatagram(Bytes datagram) override {
    to_peer_.emplace_back(datagram.begin(), datagram.end());
  }
  void onDtlsState(dtls::DtlsState) override {}
  void onDtlsApplicationData(Bytes) override {}

  SeededRandom random_;
  std::deque<Datagram> to_far_end_;
  std::deque<Datagram> to_peer_;
  dtls::DtlsSession far_end_;
  std::optional<srtp::SrtpSession> srtp_;
  const rtp::NtpClock clock_;

 public:
  rtp::PacketPool pool{8192};
  MediaPeer peer;
};

// A VP8 packet of one frame, as TestSource makes them.
inline RawPeer::Datagram vp8Packet(rtp::Ssrc ssrc, std::uint16_t number, std::uint32_t timestamp,
                                   bool key_frame, std::size_t payload_bytes = 100) {
  RawPeer::Datagram packet(12 + std::max<std::size_t>(payload_bytes, 16), 0x5a);
  packet[0] = 0x80;
  packet[1] = 0x80 | 96;
  storeBe16(packet, 2, number);
  storeBe32(packet, 4, timestamp);
  storeBe32(packet, 8, *ssrc);
  packet[12] = 0x90;
  packet[13] = 0x80;
  storeBe16(packet, 14, static_cast<std::uint16_t>(0x8000 | (number & 0x7fff)));
  packet[16] = key_frame ? 0x00 : 0x01;
  storeBe64(packet, 17, 0);
  return packet;
}

}  // namespace ms::peer
