// What is sent to a peer of one media: takes packets of its source, rewrites their headers so that
// the peer sees one endless stream, keeps them for retransmission and sends them.
//
// Driven by its source, by RTCP of the peer and by handleTimeout(). While it changes from one
// source to another it hears both: the former goes on until the new one shows a key frame, but not
// for longer than kSwitchPatience. From one layer of a simulcast to another it changes likewise, at
// a key frame. The way of a packet is in send.cpp.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "server/base/random.h"
#include "server/packet/bwe/frame_gate.h"
#include "server/packet/bwe/pacing_budget.h"
#include "server/packet/peer/flow_monitor.h"
#include "server/packet/peer/layer_selector.h"
#include "server/packet/peer/media.h"
#include "server/packet/peer/media_peer.h"
#include "server/packet/peer/paced_queue.h"
#include "server/packet/peer/payload_types.h"
#include "server/packet/peer/peer_drop.h"
#include "server/packet/peer/peer_statistics.h"
#include "server/packet/peer/sequence_window.h"
#include "server/packet/peer/sink_bandwidth.h"
#include "server/packet/peer/timeout_listener.h"
#include "server/packet/peer/transport.h"
#include "server/packet/peer/transport_wide_control.h"
#include "server/packet/rtcp/nack.h"
#include "server/packet/rtcp/sender_clock.h"
#include "server/packet/rtcp/sender_report.h"
#include "server/packet/rtp/frame_counter.h"
#include "server/packet/rtp/ntp_time.h"
#include "server/packet/rtp/packet_history.h"
#include "server/packet/rtp/receive_statistics.h"
#include "server/packet/rtp/stream_rewriter.h"
#include "server/packet/sdp/negotiated.h"

namespace ms::peer {

class SinkPort final : public MediaSink {
 public:
  static constexpr Duration kSwitchPatience = std::chrono::seconds(2);
  // What a peer may have sent again: more than a burst of losses needs, less than a flood.
  static constexpr std::size_t kMaxResendsPerInterval = 200;
  static constexpr Duration kResendInterval = std::chrono::milliseconds(100);

  // An encoder that follows an estimate exceeds it now and then: that alone thins nothing.
  static constexpr std::int64_t kGateHeadroomPercent = 120;

  struct Surroundings {
    const PayloadTypes& payload_types;
    Transport& transport;
    TransportWideControl& congestion;
    Random& random;
    const rtp::NtpClock& clock;
    PeerObserver& observer;
    TimeoutListener& timeouts;
    PeerDropCounters& drops;
  };

  SinkPort(const sdp::NegotiatedMedia& media, const Surroundings& surroundings);
  ~SinkPort() override;

  // MediaSink.
  rtp::MediaKind kind() const override { return kind_; }
  bool takes(const CodecFormat& format) const override;
  void onSourceAttached(MediaSource& source, Timestamp now) override;
  void onSourceDetached(MediaSource& source) override;
  void onPacket(const SourcePacket& packet, Timestamp now) override;
  void onSourceClock(MediaSource& source, const rtcp::ClockMapping& mapping) override;

  // RTCP of the peer.
  rtp::Ssrc ssrc() const { return rewriter_.ssrc(); }
  void onNack(const rtcp::NackView& nack, Timestamp now);
  void onPli(Timestamp now);
  void onFir(Timestamp now);
  void onRemb(Bitrate bitrate, Timestamp now);
  // There is transport-wide feedback of the peer.
  void onEstimate(Timestamp now);
  // Returns the round trip time when the block tells one.
  std::optional<Duration> onReceptionReport(const rtp::ReceptionReport& report, Timestamp now);

  void setBandwidth(const BandwidthLimits& limits) { bandwidth_.setLimits(limits); }
  // As MediaPeer::measureLatency().
  void measureLatency(LatencyClock clock);
  void setRembOnConnect(Bitrate bitrate) { bandwidth_.setOnConnect(bitrate); }

  // The transport has its keys.
  void onConnected(Timestamp now);
  bool requestKeyFrame(Timestamp now);
  Timestamp nextTimeout() const;
  void handleTimeout(Timestamp now);
  void checkFlow(Timestamp now);
  void unlink();

  // Nothing while there is nothing to report, or no clock to report it by.
  std::optional<rtcp::SenderInfo> senderInfo(Timestamp now) const;
  void addStatistics(std::vector<OutboundStatistics>& out, Timestamp now) const;

 private:
  struct Link {
    MediaSource* source = nullptr;
    std::uint64_t number = 0;
    std::uint8_t layer = 0;  // The one that is wanted of it.
  };

  // A packet with all that sending it takes.
  struct Outgoing {
    const rtp::PacketRef& packet;  // As it came in, and `view` of it.
    const rtp::RtpView& view;
    rtp::OutgoingHeader header;
    rtp::Codec codec;
    std::uint32_t clock_rate;
  };

  // Steps of onPacket().
  void maybeChooseLayer(Timestamp now);
  bool isWanted(const SourcePacket& packet) const;
  const PayloadTypeEntry* payloadFor(const CodecFormat& format);
  std::optional<rtp::RedConversion> redConversion(const CodecFormat& format) const;
  bool passesGate(const SourcePacket& packet, const rtp::SourceFormat& format, Timestamp now);
  std::optional<rtp::OutgoingHeader> rewrite(const SourcePacket& packet,
                                             const rtp::SourceFormat& format, Timestamp now);
  bool mustWait(Timestamp now);
  void hold(const Outgoing& outgoing, Timestamp now);
  void transmit(Outgoing outgoing, Timestamp now);
  void transmitHeld(Timestamp now);
  void transmitHeld(const PacedQueue::Entry& entry, Timestamp now);
  // How long the packet is that was sent.
  std::optional<std::size_t> write(const rtp::RtpView& view, const rtp::OutgoingHeader& header);
  void noteSent(const Outgoing& outgoing, std::size_t bytes, Timestamp now);

  // Each layer of each source is a stream of its own.
  static rtp::SourceId sourceId(std::uint64_t link, std::uint8_t layer) {
    return rtp::SourceId(link * kMaxLayers + layer);
  }
  const Link& linkTo(const MediaSource& source) const;
  rtp::SourceId streamOf(const SourcePacket& packet) const;
  void choose(std::uint8_t layer);
  std::optional<std::uint8_t> currentLayer() const;
  void applyBandwidth(Timestamp now);
  void tellSource(Timestamp now);
  void maybeProbe(Timestamp now);
  bool sendPadding(rtp::PayloadType payload_type, Timestamp now);
  void resend(rtp::SequenceNumber number, Timestamp now);
  void addExtensions(rtp::OutgoingHeader& header, Timestamp now);
  bool sendRetransmission(const rtp::PacketHistory::Sent& sent, rtp::PayloadType payload_type,
                          Timestamp now);
  bool mayResend(Timestamp now);
  void leaveFormer();
  void maybeFinishSwitch();

  const rtp::MediaKind kind_;
  const std::optional<rtp::ExtensionId> abs_send_time_id_;
  const std::optional<rtp::ExtensionId> transport_cc_id_;
  const std::optional<rtp::Ssrc> rtx_ssrc_;
  const Surroundings surroundings_;

  Link chosen_;
  Link former_;  // Until the chosen one has taken over.
  Timestamp leave_former_at_ = kNever;
  std::uint64_t sources_seen_ = 0;
  LayerSelector layer_selector_;
  Timestamp choose_layer_at_{};

  std::optional<CodecFormat> cached_format_;
  const PayloadTypeEntry* cached_payload_ = nullptr;
  std::optional<rtp::RedConversion> cached_red_;  // When that format is redundant audio.

  rtp::StreamRewriter rewriter_;
  SequenceWindow used_numbers_;
  rtp::SequenceNumber rtx_number_;
  std::optional<rtp::PacketHistory> history_;  // Only where the peer sends NACKs.
  rtcp::SenderClock sender_clock_;
  FlowMonitor flow_;

  SinkBandwidth bandwidth_;
  bwe::FrameGate gate_;
  bwe::PacingBudget pacing_;
  PacedQueue held_;
  rtp::RtpTimestamp last_timestamp_;
  OutboundStatistics statistics_;
  rtp::FrameCounter frames_;
  LatencyClock latency_clock_ = nullptr;
  std::uint64_t payload_bytes_sent_ = 0;
  std::size_t resends_ = 0;
  Timestamp resends_since_{};
};

}  // namespace ms::peer
