// A WebRTC peer of a pipeline: negotiates by SDP, finds a path by ICE, and is then a source of what
// the peer sends and a sink for what is sent to it.
//
// The endpoint keeps what the API shows, on the pipeline's loop; the path and the media are its
// peer's (server/net/remote_peer.h), which lives on a worker chosen by load and ends with the
// endpoint. The remote peer's leaving changes states and raises events; only the application ends
// an endpoint.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "modules/core/src/base_rtp_endpoint.h"
#include "modules/elements/src/data_channels.h"
#include "modules/elements/src/element_services.h"
#include "modules/elements/src/source_formats.h"
#include "modules/elements/src/webrtc_settings.h"
#include "modules/elements/src/webrtc_stats.h"
#include "server/net/remote_peer.h"
#include "server/packet/sdp/offer_answer.h"

namespace ms::elements {

class WebRtcEndpoint final : public core::BaseRtpEndpoint,
                             public api::WebRtcEndpoint,
                             private net::PeerTransportObserver,
                             private net::DataSessionObserver {
 public:
  static constexpr std::size_t kMaxEarlyCandidates = net::kMaxRemoteCandidates;

  WebRtcEndpoint(model::ObjectContext context, ElementServices& services,
                 const api::WebRtcEndpointArguments& arguments);
  ~WebRtcEndpoint() override;

  // api::WebRtcEndpoint. The ICE properties count for gatherCandidates(); a value that cannot be
  // used reads back and is named in the log then.
  std::string getNetworkInterfaces() override { return ice_settings_.network_interfaces; }
  void setNetworkInterfaces(const std::string& names) override;
  bool getIceTcp() override { return ice_settings_.ice_tcp; }
  void setIceTcp(bool ice_tcp) override { ice_settings_.ice_tcp = ice_tcp; }
  std::string getStunServerAddress() override { return ice_settings_.stun_server_address; }
  void setStunServerAddress(const std::string& address) override;
  int getStunServerPort() override { return ice_settings_.stun_server_port; }
  void setStunServerPort(int port) override { ice_settings_.stun_server_port = port; }
  std::string getTurnUrl() override { return ice_settings_.turn_url; }
  void setTurnUrl(const std::string& url) override { ice_settings_.turn_url = url; }
  std::string getExternalIPv4() override { return ice_settings_.external_ipv4; }
  void setExternalIPv4(const std::string& address) override;
  std::string getExternalIPv6() override { return ice_settings_.external_ipv6; }
  void setExternalIPv6(const std::string& address) override;
  std::vector<api::IceCandidatePair> getICECandidatePairs() override;
  std::vector<api::IceConnection> getIceConnectionState() override;
  std::vector<api::DtlsConnection> getDtlsConnectionState() override;

  // Without effect before an offer or answer was made, and the second time. 40402 when no socket
  // can be opened.
  void gatherCandidates(model::Answer<void> answer) override;
  // 40401 for a text that is no candidate, once there is a session; before it is kept.
  void addIceCandidate(const api::IceCandidate& candidate) override;
  // Errors as of elements::DataChannels.
  void createDataChannel(const std::string& label, bool ordered, int max_packet_life_time,
                         int max_retransmits, const std::string& protocol) override;
  void closeDataChannel(int channel_id) override;

  net::OutletPtr mediaSource(api::MediaType type, const core::AcceptedFormats& accepted) override;
  void drawChains(core::OnDrawn done) override { formats_.drawChains(std::move(done)); }
  net::DataOutletPtr dataSource() override { return data_.outlet(); }
  void getStats(std::optional<api::MediaType> type, model::Answer<core::StatsMap> answer) override;

 private:
  // core::SdpEndpoint.
  std::string makeOffer(const api::OfferOptions& options) override;
  std::string makeAnswer(const std::string& offer) override;
  void takeAnswer(const std::string& answer) override;
  std::optional<std::string> maybeMakeRestartAnswer(const std::string& offer) override;
  std::string localDescription() const override;

  // core::BaseRtpEndpoint, core::MediaElement, model::Object.
  void onBandwidthChanged() override;
  core::AcceptedFormats acceptedFormats(api::MediaType type) const override;
  void onUpstreamChanged(api::MediaType type) override;
  void onEncoderBitratesChanged() override { formats_.onBitratesChanged(); }
  void onLatencyStatsChanged() override;
  void onClose() override;

  // net::PeerTransportObserver.
  void onIceCandidate(peer::TransportIndex transport, const ice::Candidate& candidate) override;
  void onIceGatheringDone() override;
  void onIceState(peer::TransportIndex transport, net::IceState state) override;
  void onIceSelectedPair(peer::TransportIndex transport, const ice::Candidate& local,
                         const ice::Candidate& remote) override;
  void onDtlsState(peer::TransportIndex transport, dtls::DtlsState state) override;
  void onConnectionState(peer::ConnectionState state) override;
  void onMediaState(peer::MediaState state) override;
  void onFlowState(rtp::MediaKind kind, peer::FlowDirection direction,
                   peer::FlowState state) override;
  void onSourceFormat(rtp::MediaKind kind, const peer::CodecFormat& format) override;
  void onApplicationData(peer::TransportIndex, Bytes) override {}

  // net::DataSessionObserver.
  void onDataConnected() override { data_.onConnected(); }
  void onDataClosed() override { data_.onEnded(); }
  void onChannelOpened(sctp::StreamId channel) override;
  void onChannelClosed(sctp::StreamId channel) override;
  void onChannelRefused(sctp::Drop reason) override;
  void onDataFlow(sctp::DataDirection direction, sctp::DataFlow flow) override;

  std::unique_ptr<net::RemotePeer> makePeer(net::IceRole role, const ice::Credentials& credentials);
  sdp::NegotiationConfig makeNegotiationConfig();
  void startSession(const sdp::NegotiatedSession& session);
  void startData();
  // False for a text that is no candidate.
  bool maybeAddRemoteCandidate(const api::IceCandidate& candidate);
  void updateConnectionState();
  peer::TransportIndex transportOf(const api::IceCandidate& candidate) const;
  IceStatistics iceStatistics() const;

  ElementServices& services_;
  const api::WebRtcEndpointArguments arguments_;
  IceSettings ice_settings_;

  // Set by the negotiation, in this order.
  std::optional<sdp::NegotiationConfig> negotiation_;
  std::optional<sdp::SessionDescription> local_;
  std::optional<sdp::SessionDescription> remote_;
  std::optional<sdp::NegotiatedSession> session_;
  std::vector<api::IceCandidate> early_candidates_;

  std::vector<ice::Candidate> local_candidates_;
  std::vector<ice::Candidate> remote_candidates_;  // Trickled; for statistics.
  bool is_gathering_asked_ = false;
  bool is_gathering_done_ = false;
  WebRtcStats stats_;

  // What the lists of states show, by transport.
  std::map<peer::TransportIndex, api::IceCandidatePair> selected_pairs_;
  std::map<peer::TransportIndex, api::IceComponentState> ice_states_;
  std::map<peer::TransportIndex, api::DtlsConnectionState> dtls_states_;
  bool has_keys_ = false;  // DTLS is done on all transports.

  std::unique_ptr<net::RemotePeer> peer_;
  SourceFormats formats_;
  DataChannels data_;
};

}  // namespace ms::elements
