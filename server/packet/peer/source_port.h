// What a peer sends of one media: its SSRCs with their statistics and losses, and the sinks that
// get the packets. Of each layer (one without simulcast) only one SSRC flows to the sinks at a
// time; another one takes over when the first has ended or is silent. See docs/decisions/0012.
//
// Driven by the receive path, by RTCP of the peer and by handleTimeout(). Asks the peer for missing
// packets (NACK), for key frames (PLI or FIR, for all sinks together) and for a bitrate (REMB).
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "server/packet/peer/delivery_queue.h"
#include "server/packet/peer/flow_monitor.h"
#include "server/packet/peer/inbound_stream.h"
#include "server/packet/peer/media.h"
#include "server/packet/peer/packet_burst.h"
#include "server/packet/peer/payload_types.h"
#include "server/packet/peer/peer_drop.h"
#include "server/packet/peer/peer_statistics.h"
#include "server/packet/peer/rtcp_sender.h"
#include "server/packet/peer/sink_list.h"
#include "server/packet/peer/timeout_listener.h"
#include "server/packet/rtp/key_frame_request_pacer.h"
#include "server/packet/rtp/remb_estimator.h"
#include "server/packet/rtp/remb_limiter.h"
#include "server/packet/sdp/negotiated.h"

namespace ms::peer {

class SourcePort final : public MediaSource, private DeliveryQueue::Source {
 public:
  static constexpr std::size_t kMaxStreams = 2 * kMaxLayers;
  // A second SSRC has to wait so long for the first to fall silent.
  static constexpr Duration kTakeOverAfter = std::chrono::seconds(1);
  // A change of the codec is told no sooner after another.
  static constexpr Duration kFormatPatience = std::chrono::milliseconds(500);
  // A silent SSRC is forgotten when its place is needed.
  static constexpr Duration kForgetAfter = std::chrono::seconds(10);

  struct Surroundings {
    const PayloadTypes& payload_types;
    RtcpSender& rtcp;
    PeerObserver& observer;
    TimeoutListener& timeouts;
    DeliveryQueue* deliveries = nullptr;  // Without it packets go on at once.
  };

  SourcePort(const sdp::NegotiatedMedia& media, const Surroundings& surroundings);
  ~SourcePort() override;

  // MediaSource.
  rtp::MediaKind kind() const override { return kind_; }
  std::optional<CodecFormat> format() const override;
  void addSink(MediaSink& sink, Timestamp now) override;
  void removeSink(MediaSink& sink) override;
  void requestKeyFrame(std::uint8_t layer, Timestamp now) override;
  SourceLayers layers(Timestamp now) const override;
  void setReceiverEstimate(MediaSink& sink, Bitrate estimate, Timestamp now) override;

  // Steps of the receive path (receive.cpp).
  bool declares(rtp::Ssrc ssrc) const;
  // By the peer's FID groups.
  bool announcesRetransmission(rtp::Ssrc ssrc) const;
  // The media SSRC of which `packet` is a retransmission (RFC 4588): by the peer's FID groups or,
  // without them, by the payload type: then it is the one that flows, or says which layer it
  // repairs (RFC 8852).
  std::optional<rtp::Ssrc> retransmittedBy(const rtp::RtpView& packet);
  InboundStream* find(rtp::Ssrc ssrc) const;
  std::expected<InboundStream*, PeerDrop> bind(const rtp::RtpView& packet,
                                               const PayloadTypeEntry& payload, Timestamp now);
  void noteArrival(InboundStream& stream, const rtp::RtpView& packet, Timestamp now);
  std::expected<void, PeerDrop> activate(InboundStream& stream, Timestamp now);
  void deliver(const InboundStream& stream, rtp::PacketRef packet, Timestamp now);

  // RTCP of the peer.
  std::optional<std::uint32_t> clockRateOf(rtp::Ssrc ssrc) const;
  void onSenderReport(rtp::Ssrc ssrc, rtp::NtpTime ntp, const rtcp::ClockMapping& mapping,
                      Timestamp now);
  void onBye(rtp::Ssrc ssrc);
  void onRoundTripTime(Duration rtt);

  void setBandwidth(const BandwidthLimits& limits);
  void setRembParams(const rtp::RembParams& params) { estimator_.setParams(params); }

  Timestamp nextTimeout() const;
  void handleTimeout(Timestamp now);
  void checkFlow() { flow_.check(); }
  void onConnected(Timestamp now);
  void unlink();

  // One block per SSRC, for a report: at most kMaxStreams.
  std::size_t writeReceptionReports(std::span<rtp::ReceptionReport> out, Timestamp now);
  void addStatistics(std::vector<InboundStatistics>& out, Timestamp now) const;

 private:
  static constexpr Duration kRembInterval = rtp::RembEstimator::kMinSpacing;

  // One of the encodings that come at once; without simulcast there is only the first.
  struct Layer {
    InboundStream* active = nullptr;
    std::optional<rtcp::ClockMapping> mapping;
    rtp::KeyFrameRequestPacer key_frames;
    std::uint64_t plis = 0;
    std::uint64_t firs = 0;
  };

  bool isSimulcast() const { return layer_count_ > 1; }
  std::span<Layer> allLayers() { return std::span(layers_).first(layer_count_); }
  std::span<const Layer> allLayers() const { return std::span(layers_).first(layer_count_); }
  bool isActive(const InboundStream& stream) const {
    return layers_[stream.layer].active == &stream;
  }
  std::optional<std::uint8_t> layerOf(const rtp::RtpView& packet) const;
  std::optional<std::uint8_t> layerNamed(const rtp::RtpView& packet,
                                         std::optional<rtp::ExtensionId> id) const;
  std::optional<std::uint8_t> repairedLayer(const rtp::RtpView& packet);
  std::unique_ptr<InboundStream>* forgettable(Timestamp now);
  bool flowsElsewhere(const InboundStream& stream, Timestamp now) const;
  std::optional<rtp::Ssrc> wantedSsrc(std::size_t layer) const;
  const PayloadTypeEntry* wantedPayload(std::size_t layer) const;
  void maybeRequestKeyFrames(Timestamp now);
  void maybeSendNacks(Timestamp now);
  void maybeSendRemb(Timestamp now);
  bool mayGrant(const rtp::RembEstimator::Input& input, Timestamp now);
  void maybeTellFormat(const PayloadTypeEntry& payload, Timestamp now);
  bool canAskForKeyFrame(std::size_t layer) const;
  void deliverBurst(Timestamp now) override { burst_.deliver(*this, sinks_, now); }

  const rtp::MediaKind kind_;
  const std::vector<rtp::Ssrc> declared_;
  const std::vector<sdp::RtxPair> retransmissions_;
  const bool has_transport_cc_;
  const std::vector<sdp::RemoteRid> rids_;        // Simulcast by name: layer by layer.
  const std::vector<rtp::Ssrc> simulcast_ssrcs_;  // Simulcast by SSRC: layer by layer.
  const std::optional<rtp::ExtensionId> rid_id_;
  const std::optional<rtp::ExtensionId> repaired_rid_id_;
  const std::size_t layer_count_;
  const PayloadTypes& payload_types_;
  RtcpSender& rtcp_;
  PeerObserver& observer_;
  TimeoutListener& timeouts_;
  DeliveryQueue* const deliveries_;

  std::vector<std::unique_ptr<InboundStream>> streams_;  // Never beyond kMaxStreams.
  std::array<Layer, kMaxLayers> layers_;
  // Retransmission SSRCs whose layer they have told, the newest last; at most kMaxLayers.
  std::vector<std::pair<rtp::Ssrc, std::uint8_t>> repairers_;
  const PayloadTypeEntry* told_payload_ = nullptr;
  Timestamp format_told_at_{};
  LayerRates rates_;
  SinkList sinks_;
  PacketBurst burst_;
  FlowMonitor flow_;

  rtp::RembEstimator estimator_;
  rtp::RembLimiter limiter_;
  Timestamp remb_due_ = kNever;
  Bitrate granted_{0};
};

}  // namespace ms::peer
