#include "modules/elements/src/webrtc_endpoint.h"

#include <algorithm>
#include <array>
#include <utility>

#include "modules/elements/src/dscp.h"
#include "modules/elements/src/media_words.h"
#include "modules/elements/src/sdp_settings.h"
#include "modules/elements/src/webrtc_events.h"
#include "server/base/log.h"
#include "server/model/api_error.h"
#include "server/packet/sdp/restart.h"

namespace ms::elements {
namespace {

using model::ApiError;
using model::ErrorCode;

LogCategory category("webrtcendpoint");

sdp::LocalParameters localParametersWith(const dtls::Certificate& certificate) {
  auto local = makeLocalParameters();
  local.fingerprint = toSdp(certificate.fingerprint());
  return local;
}

sdp::Direction offerDirection(const api::WebRtcEndpointArguments& arguments) {
  if (arguments.recvonly == arguments.sendonly) return sdp::Direction::SendRecv;
  return arguments.recvonly ? sdp::Direction::RecvOnly : sdp::Direction::SendOnly;
}

}  // namespace

WebRtcEndpoint::WebRtcEndpoint(model::ObjectContext context, ElementServices& services,
                               const api::WebRtcEndpointArguments& arguments)
    : BaseRtpEndpoint(context),
      services_(services),
      arguments_(arguments),
      ice_settings_(readIceSettings(settings())),
      formats_(loop(), services, *this,
               {.on_transcoding =
                    [this](rtp::MediaKind kind, bool runs) {
                      setTranscoding(typeOf(kind),
                                     runs ? api::MediaTranscodingState::Transcoding
                                          : api::MediaTranscodingState::NotTranscoding);
                    },
                .on_error =
                    [this](const frame::MediaError& error) {
                      raiseError(error.description, error.code, error.type);
                    }}) {}

WebRtcEndpoint::~WebRtcEndpoint() = default;

// ---- Negotiation ----

std::unique_ptr<net::RemotePeer> WebRtcEndpoint::makePeer(net::IceRole role,
                                                          const ice::Credentials& credentials) {
  net::IceConfig ice;
  ice.role = role;
  ice.dscp = dscpOf(arguments_.qos_dscp, settings());
  const std::shared_ptr<net::PeerTransportObserver> observer(shared_from_this(), this);
  return std::make_unique<net::RemotePeer>(
      loop(), services_.leaseNear(loop()),
      net::PeerTransportConfig{
          .ice = std::move(ice),
          .credentials = credentials,
          .certificate = services_.certificate(arguments_.certificate_key_type),
          .clock = services_.clock()},
      observer);
}

sdp::NegotiationConfig WebRtcEndpoint::makeNegotiationConfig() {
  sdp::NegotiationConfig config;
  config.profile = sdp::Profile::WebRtc;
  config.codecs = readCodecPreferences(settings());
  config.audio_medias = readMediaCount(settings(), "numAudioMedias");
  config.video_medias = readMediaCount(settings(), "numVideoMedias");
  config.use_data_channels = arguments_.use_data_channels;
  config.max_message_bytes = sctp::Association::kMaxMessageBytes;
  config.offer_direction = offerDirection(arguments_);
  config.max_audio_recv_kbps = toKbps(getMaxAudioRecvBandwidth());
  config.max_video_recv_kbps = toKbps(getMaxVideoRecvBandwidth());
  config.local = localParametersWith(services_.certificate(arguments_.certificate_key_type));
  return config;
}

std::string WebRtcEndpoint::makeOffer(const api::OfferOptions& options) {
  negotiation_ = makeNegotiationConfig();
  local_ = sdp::makeOffer(*negotiation_, {options.offer_to_receive_audio.value_or(true),
                                          options.offer_to_receive_video.value_or(true)});
  peer_ = makePeer(net::IceRole::Controlling, negotiation_->local.ice);
  return localDescription();
}

std::string WebRtcEndpoint::makeAnswer(const std::string& offer) {
  const auto config = makeNegotiationConfig();
  auto answer = sdp::makeAnswer(offer, config);
  if (!answer) throw sdpError(answer.error());
  negotiation_ = config;
  local_ = std::move(answer->local);
  remote_ = std::move(answer->remote);
  peer_ = makePeer(net::IceRole::Controlled, config.local.ice);
  startSession(answer->session);
  return localDescription();
}

void WebRtcEndpoint::takeAnswer(const std::string& answer) {
  const auto accepted = sdp::processAnswer(*local_, answer, *negotiation_);
  if (!accepted) throw sdpError(accepted.error());
  remote_ = accepted->remote;
  startSession(accepted->session);
}

// Our sockets stay, and so do our candidates: they are in the answer, for peers that forget them
// with the old credentials.
std::optional<std::string> WebRtcEndpoint::maybeMakeRestartAnswer(const std::string& offer) {
  if (!session_ || !peer_) return std::nullopt;
  const auto fresh = localParametersWith(services_.certificate(arguments_.certificate_key_type));
  auto answer = sdp::makeRestartAnswer(
      offer, {.remote = *remote_, .local = *local_, .session = *session_}, fresh.ice);
  if (!answer) return std::nullopt;
  local_ = std::move(answer->local);
  remote_ = std::move(answer->remote);
  session_ = std::move(answer->session);
  if (is_gathering_done_) sdp::addLocalCandidates(*local_, local_candidates_);
  peer_->restart(*session_, fresh.ice);
  return localDescription();
}

std::string WebRtcEndpoint::localDescription() const { return sdp::write(*local_); }

void WebRtcEndpoint::startSession(const sdp::NegotiatedSession& session) {
  session_ = session;
  startData();
  peer_->start(session);
  onLatencyStatsChanged();
  onBandwidthChanged();
  for (const api::IceCandidate& candidate : std::exchange(early_candidates_, {}))
    if (!maybeAddRemoteCandidate(candidate))
      MS_LOG(category, Warning, id() << ": unreadable candidate left out");
  for (const rtp::MediaKind kind : kMediaKinds) {
    tellDownstream(typeOf(kind));
    onUpstreamChanged(typeOf(kind));
  }
  tellDownstream(api::MediaType::Data);
  onUpstreamChanged(api::MediaType::Data);
}

// ---- ICE ----

void WebRtcEndpoint::gatherCandidates(model::Answer<void> answer) {
  if (!peer_ || std::exchange(is_gathering_asked_, true)) return answer({});
  peer_->gather(makeIceConfig(ice_settings_), [answer = std::move(answer)](bool is_open) mutable {
    if (is_open) return answer({});
    answer(std::unexpected(
        ApiError(ErrorCode::IceGatherCandidatesError, "Error gathering candidates")));
  });
}

void WebRtcEndpoint::addIceCandidate(const api::IceCandidate& candidate) {
  if (session_ && !maybeAddRemoteCandidate(candidate))
    throw ApiError(ErrorCode::IceAddCandidateError, "Error adding candidate");
  if (session_) return;
  if (early_candidates_.size() >= kMaxEarlyCandidates)
    throw ApiError(ErrorCode::IceAddCandidateError, "Too many candidates");
  early_candidates_.push_back(candidate);
}

// An empty text marks the end of the peer's candidates.
bool WebRtcEndpoint::maybeAddRemoteCandidate(const api::IceCandidate& candidate) {
  if (candidate.candidate.empty()) return true;
  const auto parsed = ice::Candidate::parse(candidate.candidate);
  if (!parsed) return false;
  peer_->addRemoteCandidate(transportOf(candidate), *parsed);
  if (remote_candidates_.size() < net::kMaxRemoteCandidates) remote_candidates_.push_back(*parsed);
  return true;
}

// With BUNDLE there is only one; without it the m-line says which.
peer::TransportIndex WebRtcEndpoint::transportOf(const api::IceCandidate& candidate) const {
  const auto isMeant = [&](const auto& line) {
    return line.mid == candidate.sdp_mid ||
           static_cast<int>(line.mline) == candidate.sdp_m_line_index;
  };
  for (const sdp::NegotiatedMedia& media : session_->media)
    if (isMeant(media)) return media.transport;
  return session_->data && isMeant(*session_->data) ? session_->data->transport : 0;
}

// One event for each m-line that the transport carries, as clients of the original expect.
void WebRtcEndpoint::onIceCandidate(peer::TransportIndex transport,
                                    const ice::Candidate& candidate) {
  local_candidates_.push_back(candidate);
  for (const MlineOfTransport& mline : mlinesOf(*local_, session_, transport)) {
    api::IceCandidateFound event;
    event.candidate.candidate = ice::write(candidate);
    event.candidate.sdp_mid = mline.mid;
    event.candidate.sdp_m_line_index = static_cast<int>(mline.index);
    raise(event);
  }
}

void WebRtcEndpoint::onIceGatheringDone() {
  is_gathering_done_ = true;
  sdp::addLocalCandidates(*local_, local_candidates_);
  raise(api::IceGatheringDone());
}

void WebRtcEndpoint::onIceState(peer::TransportIndex transport, net::IceState state) {
  api::IceComponentStateChanged event;
  event.stream_id = streamIdOf(transport);
  event.component_id = net::kIceComponentId;
  event.state = ice_states_[transport] = toApi(state);
  raise(event);
  updateConnectionState();
}

void WebRtcEndpoint::onIceSelectedPair(peer::TransportIndex transport, const ice::Candidate& local,
                                       const ice::Candidate& remote) {
  api::IceCandidatePair& pair = selected_pairs_[transport];
  pair.stream_id = std::to_string(streamIdOf(transport));
  pair.component_id = net::kIceComponentId;
  pair.local_candidate = ice::write(local);
  pair.remote_candidate = ice::write(remote);
  api::NewCandidatePairSelected event;
  event.candidate_pair = pair;
  raise(event);
}

std::vector<api::IceCandidatePair> WebRtcEndpoint::getICECandidatePairs() {
  std::vector<api::IceCandidatePair> pairs;
  for (const auto& [transport, pair] : selected_pairs_) pairs.push_back(pair);
  return pairs;
}

std::vector<api::IceConnection> WebRtcEndpoint::getIceConnectionState() {
  std::vector<api::IceConnection> list;
  for (const auto& [transport, state] : ice_states_) {
    api::IceConnection connection;
    connection.stream_id = std::to_string(streamIdOf(transport));
    connection.component_id = net::kIceComponentId;
    connection.state = state;
    list.push_back(connection);
  }
  return list;
}

void WebRtcEndpoint::setNetworkInterfaces(const std::string& names) {
  ice_settings_.network_interfaces = names;
}
void WebRtcEndpoint::setStunServerAddress(const std::string& address) {
  ice_settings_.stun_server_address = address;
}
void WebRtcEndpoint::setExternalIPv4(const std::string& address) {
  ice_settings_.external_ipv4 = address;
}
void WebRtcEndpoint::setExternalIPv6(const std::string& address) {
  ice_settings_.external_ipv6 = address;
}

// ---- DTLS ----

void WebRtcEndpoint::onDtlsState(peer::TransportIndex transport, dtls::DtlsState state) {
  dtls_states_[transport] = toApi(state);
  for (const api::DtlsConnection& connection : dtlsConnections(transport, toApi(state))) {
    api::DtlsConnectionStateChange event;
    event.stream_id = connection.stream_id;
    event.component_id = connection.component_id;
    event.connection_id = connection.connection_id;
    event.state = connection.state;
    raise(event);
  }
}

std::vector<api::DtlsConnection> WebRtcEndpoint::getDtlsConnectionState() {
  std::vector<api::DtlsConnection> list;
  for (const auto& [transport, state] : dtls_states_)
    for (api::DtlsConnection& connection : dtlsConnections(transport, state))
      list.push_back(std::move(connection));
  return list;
}

// ---- Data channels ----

void WebRtcEndpoint::startData() {
  if (!session_->data) return;
  const std::shared_ptr<net::DataSessionObserver> observer(shared_from_this(), this);
  data_.start(loop(), peer_->loop(), services_.sctp(), *session_, observer);
  peer_->carryData(session_->data->transport, data_.wire());
}

void WebRtcEndpoint::createDataChannel(const std::string& label, bool ordered,
                                       int max_packet_life_time, int max_retransmits,
                                       const std::string& protocol) {
  data_.create(label, ordered, max_packet_life_time, max_retransmits, protocol);
}

void WebRtcEndpoint::closeDataChannel(int channel_id) { data_.close(channel_id); }

void WebRtcEndpoint::onChannelOpened(sctp::StreamId channel) {
  if (!data_.onOpened(channel)) return;
  api::DataChannelOpened event;
  event.channel_id = *channel;
  raise(event);
}

void WebRtcEndpoint::onChannelClosed(sctp::StreamId channel) {
  if (!data_.onClosed(channel)) return;
  api::DataChannelClosed event;
  event.channel_id = *channel;
  raise(event);
}

void WebRtcEndpoint::onChannelRefused(sctp::Drop reason) {
  MS_LOG(category, Warning, id() << ": no data channel was opened: " << sctp::dropName(reason));
}

void WebRtcEndpoint::onDataFlow(sctp::DataDirection direction, sctp::DataFlow flow) {
  const auto state = flow == sctp::DataFlow::Flowing ? api::MediaFlowState::Flowing
                                                     : api::MediaFlowState::NotFlowing;
  if (direction == sctp::DataDirection::FromPeer)
    setFlowOut(api::MediaType::Data, state);
  else
    setFlowIn(api::MediaType::Data, state);
}

// ---- Media ----

net::OutletPtr WebRtcEndpoint::mediaSource(api::MediaType type,
                                           const core::AcceptedFormats& accepted) {
  const auto kind = kindOf(type);
  if (!kind || !peer_) return nullptr;
  return formats_.outletFor(
      *kind, peer_->outlet(*kind), accepted,
      wantsRaw(type) ? SourceFormats::Form::Raw : SourceFormats::Form::AsItCame);
}

void WebRtcEndpoint::onSourceFormat(rtp::MediaKind kind, const peer::CodecFormat& format) {
  formats_.onFormat(kind, format);
  tellDownstream(typeOf(kind));
}

core::AcceptedFormats WebRtcEndpoint::acceptedFormats(api::MediaType type) const {
  return session_ ? formatsToSend(*session_, type) : core::AcceptedFormats();
}

void WebRtcEndpoint::onUpstreamChanged(api::MediaType type) {
  if (type == api::MediaType::Data) return data_.setSource(upstreamDataSource());
  const auto kind = kindOf(type);
  if (kind && session_ && peer_) peer_->setSource(*kind, upstreamSource(type));
}

void WebRtcEndpoint::onBandwidthChanged() {
  if (!session_ || !peer_) return;
  peer_->setBandwidth({.min_video_send = kbps(getMinVideoSendBandwidth()),
                       .max_video_send = kbps(getMaxVideoSendBandwidth()),
                       .max_video_receive = kbps(getMaxVideoRecvBandwidth()),
                       .min_video_receive = kbps(getMinVideoRecvBandwidth())});
  peer_->setRembParams(toRtp(getRembParams()));
}

void WebRtcEndpoint::onConnectionState(peer::ConnectionState state) {
  has_keys_ = state == peer::ConnectionState::Connected;
  updateConnectionState();
}

// A peer that is gone without a word (a killed browser, a pulled cable) has its DTLS association
// still: ICE is who notices.
void WebRtcEndpoint::updateConnectionState() {
  const bool is_lost = std::ranges::any_of(ice_states_, [](const auto& state) {
    return state.second == api::IceComponentState::Disconnected ||
           state.second == api::IceComponentState::Failed;
  });
  setConnectionState(has_keys_ && !is_lost ? api::ConnectionState::Connected
                                           : api::ConnectionState::Disconnected);
}

void WebRtcEndpoint::onMediaState(peer::MediaState state) { setMediaState(toApi(state)); }

// What the peer sends flows out of the element into the pipeline, and the other way round.
void WebRtcEndpoint::onFlowState(rtp::MediaKind kind, peer::FlowDirection direction,
                                 peer::FlowState state) {
  const auto flow = toApi(state);
  if (direction == peer::FlowDirection::In)
    setFlowOut(typeOf(kind), flow);
  else
    setFlowIn(typeOf(kind), flow);
}

void WebRtcEndpoint::getStats(std::optional<api::MediaType> type,
                              model::Answer<core::StatsMap> answer) {
  if (!session_ || !peer_) return BaseRtpEndpoint::getStats(type, std::move(answer));
  peer_->statistics([this, self = shared_from_this(), type,
                     answer = std::move(answer)](const peer::PeerStatistics& statistics) mutable {
    data_.statistics([this, self = std::move(self), type, statistics,
                      answer = std::move(answer)](const sctp::DataStatistics& data) mutable {
      core::StatsMap stats;
      addStats(type, stats);
      stats_.add(
          {.numbers = statistics, .session = *session_, .ice = iceStatistics(), .data = data}, type,
          stats);
      if (wantsLatencyStats()) stats[id()] = makeLatencyStats(id(), statistics, type);
      answer(std::move(stats));
    });
  });
}

IceStatistics WebRtcEndpoint::iceStatistics() const {
  IceStatistics statistics{
      .local = local_candidates_, .remote = remote_candidates_, .selected = {}};
  for (const sdp::NegotiatedTransport& transport : session_->transports)
    statistics.remote.insert(statistics.remote.end(), transport.remote_candidates.begin(),
                             transport.remote_candidates.end());
  for (const auto& [transport, pair] : selected_pairs_) {
    const auto local = ice::Candidate::parse(pair.local_candidate);
    const auto remote = ice::Candidate::parse(pair.remote_candidate);
    if (local && remote) statistics.selected.emplace(transport, std::pair(*local, *remote));
  }
  return statistics;
}

void WebRtcEndpoint::onLatencyStatsChanged() {
  if (peer_) peer_->measureLatency(wantsLatencyStats());
}

// The links first, so that neighbours let go of the media before it ends.
void WebRtcEndpoint::onClose() {
  BaseRtpEndpoint::onClose();
  data_.stop();
  formats_.close();
  peer_.reset();
}

}  // namespace ms::elements
