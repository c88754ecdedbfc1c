#include "modules/elements/src/rtp_endpoint.h"

#include <algorithm>
#include <utility>

#include "modules/elements/src/media_words.h"
#include "modules/elements/src/sdes_key.h"
#include "modules/elements/src/sdp_settings.h"
#include "modules/elements/src/webrtc_events.h"
#include "server/base/log.h"
#include "server/base/random.h"
#include "server/net/local_addresses.h"

namespace ms::elements {
namespace {

LogCategory category("rtpendpoint");

constexpr int kMinPort = 1024, kMaxPort = 65535;

net::PortRange readPortRange(const core::ModuleSettings& settings) {
  const int min = std::clamp(settings.number("BaseRtpEndpoint", "minPort", kMinPort), 1, kMaxPort);
  const int max =
      std::clamp(settings.number("BaseRtpEndpoint", "maxPort", kMaxPort), min, kMaxPort);
  return {static_cast<std::uint16_t>(min), static_cast<std::uint16_t>(max)};
}

bool isIpv6(const std::string& address) { return address.find(':') != std::string::npos; }

// What a peer is told to send to: the first address that others can reach, else one of this
// machine.
std::string localAddress(net::AddressFamily family) {
  using enum net::InterfaceAddress::Scope;
  const auto all = net::interfaceAddresses();
  for (const auto scope : {Global, Loopback})
    for (const auto& one : all)
      if (one.scope == scope && isIpv6(one.address) == (family == net::AddressFamily::Ipv6))
        return one.address;
  return family == net::AddressFamily::Ipv6 ? "::" : "0.0.0.0";
}

sdp::RtpPorts& portsOf(sdp::NegotiationConfig& config, rtp::MediaKind kind) {
  return kind == rtp::MediaKind::Audio ? config.audio_ports : config.video_ports;
}

}  // namespace

RtpEndpoint::RtpEndpoint(model::ObjectContext context, ElementServices& services,
                         const api::RtpEndpointArguments& arguments)
    : BaseRtpEndpoint(context),
      services_(services),
      family_(arguments.use_ipv6 ? net::AddressFamily::Ipv6 : net::AddressFamily::Ipv4),
      crypto_(cryptoOf(arguments.crypto)),
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

RtpEndpoint::~RtpEndpoint() = default;

// ---- Negotiation ----

sdp::NegotiationConfig RtpEndpoint::makeNegotiationConfig() {
  sdp::NegotiationConfig config;
  config.profile = sdp::Profile::PlainRtp;
  config.codecs = readConfiguredCodecs(settings());
  config.audio_medias = readMediaCount(settings(), "numAudioMedias");
  config.video_medias = readMediaCount(settings(), "numVideoMedias");
  config.max_audio_recv_kbps = toKbps(getMaxAudioRecvBandwidth());
  config.max_video_recv_kbps = toKbps(getMaxVideoRecvBandwidth());
  config.local = makeLocalParameters();
  config.address = localAddress(family_);
  config.crypto = crypto_;
  return config;
}

void RtpEndpoint::maybeOpenPorts(rtp::MediaKind kind, sdp::NegotiationConfig& config,
                                 std::vector<net::MediaPorts>& ports) const {
  const net::PortRange range = readPortRange(settings());
  SystemRandom random;
  auto pair = net::openPortPair(family_, range, random);
  if (!pair) {
    portsOf(config, kind) = {};
    MS_LOG(category, Error,
           id() << ": no pair of ports for RTP from " << range.min << " to " << range.max << ": "
                << pair.error().message() << "; the m-line gets port 0");
    return;
  }
  portsOf(config, kind) = {.rtp = pair->rtpPort(), .rtcp = pair->rtcpPort()};
  ports.push_back({kind, std::move(*pair)});
}

std::string RtpEndpoint::makeOffer(const api::OfferOptions& options) {
  const sdp::OfferOptions wanted{options.offer_to_receive_audio.value_or(true),
                                 options.offer_to_receive_video.value_or(true)};
  auto config = makeNegotiationConfig();
  std::vector<net::MediaPorts> ports;
  if (wanted.audio && config.audio_medias > 0) maybeOpenPorts(rtp::MediaKind::Audio, config, ports);
  if (wanted.video && config.video_medias > 0) maybeOpenPorts(rtp::MediaKind::Video, config, ports);
  local_ = sdp::makeOffer(config, wanted);
  negotiation_ = std::move(config);
  ports_ = std::move(ports);
  return localDescription();
}

// Which m-lines can be accepted is seen with ports that stand for real ones: only for those real
// ones are opened.
std::string RtpEndpoint::makeAnswer(const std::string& offer) {
  constexpr sdp::RtpPorts kAny{.rtp = 2, .rtcp = 3};
  auto config = makeNegotiationConfig();
  config.audio_ports = config.video_ports = kAny;
  const auto possible = sdp::makeAnswer(offer, config);
  if (!possible) throw sdpError(possible.error());
  std::vector<net::MediaPorts> ports;
  for (const sdp::NegotiatedMedia& media : possible->session.media)
    maybeOpenPorts(media.kind, config, ports);
  auto answer = sdp::makeAnswer(offer, config);
  if (!answer) throw sdpError(answer.error());
  local_ = std::move(answer->local);
  negotiation_ = std::move(config);
  ports_ = std::move(ports);
  startSession(answer->session);
  return localDescription();
}

void RtpEndpoint::takeAnswer(const std::string& answer) {
  const auto accepted = sdp::processAnswer(*local_, answer, *negotiation_);
  if (!accepted) throw sdpError(accepted.error());
  startSession(accepted->session);
}

std::string RtpEndpoint::localDescription() const { return sdp::write(*local_); }

void RtpEndpoint::startSession(const sdp::NegotiatedSession& session) {
  session_ = session;
  const std::shared_ptr<net::RtpTransportObserver> observer(shared_from_this(), this);
  peer_ = std::make_unique<net::RemoteRtpPeer>(loop(), services_.leaseNear(loop()),
                                               services_.clock(), observer);
  peer_->start(session, std::exchange(ports_, {}));
  onLatencyStatsChanged();
  onBandwidthChanged();
  for (const rtp::MediaKind kind : kMediaKinds) {
    tellDownstream(typeOf(kind));
    onUpstreamChanged(typeOf(kind));
  }
}

// ---- Media ----

net::OutletPtr RtpEndpoint::mediaSource(api::MediaType type,
                                        const core::AcceptedFormats& accepted) {
  const auto kind = kindOf(type);
  if (!kind || !peer_) return nullptr;
  return formats_.outletFor(
      *kind, peer_->outlet(*kind), accepted,
      wantsRaw(type) ? SourceFormats::Form::Raw : SourceFormats::Form::AsItCame);
}

void RtpEndpoint::onSourceFormat(rtp::MediaKind kind, const peer::CodecFormat& format) {
  formats_.onFormat(kind, format);
  tellDownstream(typeOf(kind));
}

core::AcceptedFormats RtpEndpoint::acceptedFormats(api::MediaType type) const {
  return session_ ? formatsToSend(*session_, type) : core::AcceptedFormats();
}

void RtpEndpoint::onUpstreamChanged(api::MediaType type) {
  const auto kind = kindOf(type);
  if (kind && peer_) peer_->setSource(*kind, upstreamSource(type));
}

void RtpEndpoint::onBandwidthChanged() {
  if (!peer_) return;
  peer_->setBandwidth({.min_video_send = kbps(getMinVideoSendBandwidth()),
                       .max_video_send = kbps(getMaxVideoSendBandwidth()),
                       .max_video_receive = kbps(getMaxVideoRecvBandwidth()),
                       .min_video_receive = kbps(getMinVideoRecvBandwidth())});
  peer_->setRembParams(toRtp(getRembParams()));
}

void RtpEndpoint::onConnectionState(peer::ConnectionState state) {
  setConnectionState(toApi(state));
}

void RtpEndpoint::onMediaState(peer::MediaState state) { setMediaState(toApi(state)); }

// What the peer sends flows out of the element into the pipeline, and the other way round.
void RtpEndpoint::onFlowState(rtp::MediaKind kind, peer::FlowDirection direction,
                              peer::FlowState state) {
  if (direction == peer::FlowDirection::In)
    setFlowOut(typeOf(kind), toApi(state));
  else
    setFlowIn(typeOf(kind), toApi(state));
}

void RtpEndpoint::onKeySoftLimit(rtp::MediaKind kind) {
  api::OnKeySoftLimit event;
  event.media_type = typeOf(kind);
  raise(event);
}

void RtpEndpoint::getStats(std::optional<api::MediaType> type,
                           model::Answer<core::StatsMap> answer) {
  if (!peer_) return BaseRtpEndpoint::getStats(type, std::move(answer));
  peer_->statistics([this, self = shared_from_this(), type,
                     answer = std::move(answer)](const peer::PeerStatistics& statistics) mutable {
    core::StatsMap stats;
    addStats(type, stats);
    stats_.addPlain(statistics, *session_, type, stats);
    if (wantsLatencyStats()) stats[id()] = makeLatencyStats(id(), statistics, type);
    answer(std::move(stats));
  });
}

void RtpEndpoint::onLatencyStatsChanged() {
  if (peer_) peer_->measureLatency(wantsLatencyStats());
}

// The links first, so that neighbours let go of the media before it ends.
void RtpEndpoint::onClose() {
  BaseRtpEndpoint::onClose();
  formats_.close();
  peer_.reset();
  ports_.clear();
}

}  // namespace ms::elements
