// The packet plane of one WebRtcEndpoint or RtpEndpoint: DTLS, SRTP, RTP and RTCP between a remote
// peer and the media of this server. Its source is what the peer sends, its sink is what is sent to
// the peer.
//
// Sans-IO: the owner (an endpoint, on one loop) hands in datagrams of checked ICE candidate pairs
// and the time, calls handleTimeout() when nextTimeout() has come, and sends what the observer is
// given; the observer also says when the next timeout is sooner than it was. ICE is not here.
// receive.cpp and send.cpp are the two ways of a packet, as lists of named steps. The observer must
// not destroy the peer inside a callback.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "server/base/bytes.h"
#include "server/base/random.h"
#include "server/base/units.h"
#include "server/packet/dtls/certificate.h"
#include "server/packet/dtls/dtls_session.h"
#include "server/packet/peer/media.h"
#include "server/packet/peer/peer_statistics.h"
#include "server/packet/rtp/ntp_time.h"
#include "server/packet/rtp/packet_pool.h"
#include "server/packet/rtp/remb_params.h"
#include "server/packet/sdp/negotiated.h"
#include "server/packet/srtp/key_use.h"

namespace ms::peer {

// Index into sdp::NegotiatedSession::transports: 0 with BUNDLE. Of plain RTP, which has none of
// those, into sdp::NegotiatedSession::media.
using TransportIndex = std::size_t;

// What a datagram belongs to: Rtcp only where RTP and RTCP have ports of their own; everything is
// Rtp when they share one (RFC 5761), as WebRTC peers do.
enum class Component : std::uint8_t { Rtp, Rtcp };

enum class MediaState : std::uint8_t { Disconnected, Connected };
enum class ConnectionState : std::uint8_t { Disconnected, Connected };
enum class FlowDirection : std::uint8_t { In, Out };
enum class FlowState : std::uint8_t { NotFlowing, Flowing };

class DeliveryQueue;

class PeerObserver {
 public:
  // To be sent on this component of the transport now; the bytes are valid during the call.
  virtual void onDatagram(TransportIndex transport, Component component, Bytes datagram) = 0;

  virtual void onDtlsState(TransportIndex transport, dtls::DtlsState state) = 0;
  // Connected when DTLS is done on all transports; plain RTP is from start() on.
  virtual void onConnectionState(ConnectionState state) = 0;
  // Connected while RTCP of the peer comes; Disconnected when it says BYE or is silent for
  // MediaPeer::kMediaTimeout.
  virtual void onMediaState(MediaState state) = 0;
  // In: what the peer sends reaches its source. Out: what a source gives is sent to the peer.
  // Flowing with the first packet; NotFlowing when none passed between two looks 2000 ms apart.
  virtual void onFlowState(rtp::MediaKind kind, FlowDirection direction, FlowState state) = 0;
  // What the peer really sends, of the formats that were negotiated: with the first packet, and
  // when it changes. Not told of what stands beside media (events, comfort noise).
  virtual void onSourceFormat(rtp::MediaKind, const CodecFormat&) {}
  // The SRTP keys of this medium are to be replaced soon: once. Then they end, and nothing passes.
  virtual void onKeySoftLimit(rtp::MediaKind) {}
  // What came over DTLS itself: SCTP.
  virtual void onApplicationData(TransportIndex transport, Bytes data) = 0;
  // MediaPeer::nextTimeout() is earlier than it was after the last handleTimeout() or the last such
  // call. It is not told when it moves later: an owner that wakes too early does no harm.
  virtual void onTimeoutChanged() = 0;

 protected:
  ~PeerObserver() = default;
};

// Bit/s; 0 for a maximum means no limit. Defaults are those of the API.
struct BandwidthLimits {
  Bitrate min_video_send = Bitrate(100'000);
  Bitrate max_video_send = Bitrate(500'000);
  Bitrate max_video_receive = Bitrate(0);
  Bitrate min_video_receive = Bitrate(0);
};

// What a peer uses and does not own; all of it outlives the peer and belongs to the same loop.
struct PeerEnvironment {
  rtp::PacketPool& pool;
  Random& random;
  std::optional<dtls::Certificate> certificate;  // For WebRTC only.
  rtp::NtpClock clock;                           // The same for all peers of the server.
  srtp::KeyLifetime key_lifetime = {};           // Tests shorten it.
  // Where what was received waits until the turn ends. Without it it goes on at once.
  DeliveryQueue* deliveries = nullptr;
};

class MediaPeer {
 public:
  static constexpr std::size_t kMaxTransports = 3;
  static constexpr Duration kMediaTimeout = std::chrono::seconds(15);
  static constexpr Duration kFlowCheckInterval = std::chrono::milliseconds(2000);

  MediaPeer(PeerEnvironment environment, PeerObserver& observer);
  ~MediaPeer();
  MediaPeer(const MediaPeer&) = delete;
  MediaPeer& operator=(const MediaPeer&) = delete;

  // Once, when offer and answer are complete: ports and transports are made of it.
  void start(const sdp::NegotiatedSession& session, Timestamp now);
  // ICE has a checked pair for this transport: a DTLS client says hello. Or of plain RTP: it is
  // known where to send, so sending begins. Further calls do nothing.
  void onTransportReady(TransportIndex transport, Timestamp now);
  // A datagram of a checked pair, without STUN, or of the address that plain RTP is taken from; it
  // is decrypted in place.
  void receive(TransportIndex transport, MutableBytes datagram, Timestamp now);
  // kNever when nothing is pending. To be asked after handleTimeout(), and when
  // PeerObserver::onTimeoutChanged() says so.
  Timestamp nextTimeout() const;
  void handleTimeout(Timestamp now);
  // BYE and close_notify; all links of source and sink end. Nothing is sent or told afterwards.
  void stop(Timestamp now);

  // What the peer sends, and what is sent to it; nullptr before start(), after stop(), and when the
  // negotiated direction has none. Stable in between.
  MediaSource* source(rtp::MediaKind kind);
  MediaSink* sink(rtp::MediaKind kind);

  // The sink is fed by `source` from now on, or by nobody. A former source goes on until the new
  // one shows a key frame. Nothing when there is no such sink.
  void setSource(rtp::MediaKind kind, MediaSource* source, Timestamp now);

  // Asks whoever feeds this peer's video sink for a key frame. False when nobody does.
  bool requestKeyFrame(Timestamp now);
  void setBandwidth(const BandwidthLimits& limits);
  void setRembParams(const rtp::RembParams& params);

  // While there is a clock, the time that packets spend on this server is measured with it, for
  // statistics; null ends that.
  void measureLatency(LatencyClock clock);

  // Application data (SCTP) over DTLS. False when not connected or longer than
  // dtls::DtlsSession::kMaxApplicationBytes.
  bool sendApplicationData(TransportIndex transport, Bytes data);

  // How many packets of this transport were proved to be sealed with the peer's keys, of RTP and
  // RTCP.
  std::uint64_t authenticated(TransportIndex transport) const;
  dtls::DtlsState dtlsState(TransportIndex transport) const;
  // Why it Failed, for the log.
  dtls::DtlsFailure dtlsFailure(TransportIndex transport) const;
  MediaState mediaState() const;
  ConnectionState connectionState() const;
  PeerStatistics statistics() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace ms::peer
