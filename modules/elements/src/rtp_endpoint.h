// A peer of a pipeline that speaks plain RTP, or SRTP with keys in the description (SDES): without
// ICE, a pair of ports for each medium.
//
// The endpoint keeps what the API shows, on the pipeline's loop, and opens the ports, since the
// description names them; the media are its peer's (server/net/remote_rtp_peer.h), which lives on a
// worker chosen by load and ends with the endpoint.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "modules/core/src/base_rtp_endpoint.h"
#include "modules/elements/src/element_services.h"
#include "modules/elements/src/source_formats.h"
#include "modules/elements/src/webrtc_stats.h"
#include "server/net/remote_rtp_peer.h"
#include "server/packet/sdp/offer_answer.h"

namespace ms::elements {

class RtpEndpoint final : public core::BaseRtpEndpoint,
                          public api::RtpEndpoint,
                          private net::RtpTransportObserver {
 public:
  // 40107 when a key is given that has not the size of the suite.
  RtpEndpoint(model::ObjectContext context, ElementServices& services,
              const api::RtpEndpointArguments& arguments);
  ~RtpEndpoint() override;

  net::OutletPtr mediaSource(api::MediaType type, const core::AcceptedFormats& accepted) override;
  void drawChains(core::OnDrawn done) override { formats_.drawChains(std::move(done)); }
  void getStats(std::optional<api::MediaType> type, model::Answer<core::StatsMap> answer) override;

 private:
  // core::SdpEndpoint. When no pair of ports is free, the log says so and the m-line has port 0.
  std::string makeOffer(const api::OfferOptions& options) override;
  std::string makeAnswer(const std::string& offer) override;
  void takeAnswer(const std::string& answer) override;
  std::string localDescription() const override;

  // core::BaseRtpEndpoint, core::MediaElement, model::Object.
  void onBandwidthChanged() override;
  core::AcceptedFormats acceptedFormats(api::MediaType type) const override;
  void onUpstreamChanged(api::MediaType type) override;
  void onEncoderBitratesChanged() override { formats_.onBitratesChanged(); }
  void onLatencyStatsChanged() override;
  void onClose() override;

  // net::RtpTransportObserver.
  void onConnectionState(peer::ConnectionState state) override;
  void onMediaState(peer::MediaState state) override;
  void onFlowState(rtp::MediaKind kind, peer::FlowDirection direction,
                   peer::FlowState state) override;
  void onKeySoftLimit(rtp::MediaKind kind) override;
  void onSourceFormat(rtp::MediaKind kind, const peer::CodecFormat& format) override;

  sdp::NegotiationConfig makeNegotiationConfig();
  void maybeOpenPorts(rtp::MediaKind kind, sdp::NegotiationConfig& config,
                      std::vector<net::MediaPorts>& ports) const;
  void startSession(const sdp::NegotiatedSession& session);

  ElementServices& services_;
  const net::AddressFamily family_;
  const std::optional<sdp::CryptoParameters> crypto_;

  // Set by the negotiation, in this order.
  std::optional<sdp::NegotiationConfig> negotiation_;
  std::optional<sdp::SessionDescription> local_;
  std::vector<net::MediaPorts> ports_;  // Until the peer has them.
  std::optional<sdp::NegotiatedSession> session_;
  std::unique_ptr<net::RemoteRtpPeer> peer_;
  SourceFormats formats_;

  WebRtcStats stats_;
};

}  // namespace ms::elements
