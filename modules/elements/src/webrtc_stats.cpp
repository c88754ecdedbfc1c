#include "modules/elements/src/webrtc_stats.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "server/base/base64.h"
#include "server/base/uuid.h"

namespace ms::elements {
namespace {

std::int64_t nowMillis() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

template <class Number>
std::int64_t toInt64(Number number) {
  return static_cast<std::int64_t>(number);
}

api::MediaType typeOf(rtp::MediaKind kind) {
  return kind == rtp::MediaKind::Audio ? api::MediaType::Audio : api::MediaType::Video;
}

bool isAskedFor(rtp::MediaKind kind, std::optional<api::MediaType> type) {
  return !type || *type == typeOf(kind);
}

std::string wordFor(rtp::MediaKind kind) {
  return kind == rtp::MediaKind::Audio ? "audio" : "video";
}

// What the entries are called inside of ids: the names never leave the server.
std::string streamName(const peer::InboundStatistics& stream) {
  return "in " + std::to_string(*stream.ssrc);
}
std::string streamName(const peer::OutboundStatistics& stream) {
  return "out " + std::to_string(*stream.ssrc);
}
std::string transportName(std::size_t transport) {
  return "transport " + std::to_string(transport);
}
std::string pairName(std::size_t transport) { return "pair " + std::to_string(transport); }
std::string codecName(rtp::MediaKind kind, rtp::PayloadType payload_type) {
  return "codec " + wordFor(kind) + ' ' + std::to_string(*payload_type);
}
std::string candidateName(const char* side, const ice::Candidate& candidate) {
  return std::string(side) + ' ' + ice::write(candidate);
}

// What both directions have.
template <class From, class To>
void fillStream(const From& from, To& to) {
  to.ssrc = std::to_string(*from.ssrc);
  to.fir_count = toInt64(from.fir_count);
  to.pli_count = toInt64(from.pli_count);
  to.nack_count = toInt64(from.nack_count);
  to.packets_lost = from.packets_lost;
  to.fraction_lost = from.fraction_lost;
  to.remb = *from.remb;
}

std::shared_ptr<api::RTCInboundRTPStreamStats> makeStream(const peer::InboundStatistics& from) {
  auto stats = std::make_shared<api::RTCInboundRTPStreamStats>();
  stats->type = api::StatsType::Inboundrtp;
  fillStream(from, *stats);
  stats->packets_received = toInt64(from.packets_received);
  stats->bytes_received = toInt64(from.bytes_received);
  stats->jitter = seconds(from.jitter);
  return stats;
}

std::shared_ptr<api::RTCOutboundRTPStreamStats> makeStream(const peer::OutboundStatistics& from) {
  auto stats = std::make_shared<api::RTCOutboundRTPStreamStats>();
  stats->type = api::StatsType::Outboundrtp;
  fillStream(from, *stats);
  stats->packets_sent = toInt64(from.packets_sent);
  stats->bytes_sent = toInt64(from.bytes_sent);
  stats->target_bitrate = static_cast<double>(*from.target_bitrate);
  stats->round_trip_time = from.round_trip_time ? seconds(*from.round_trip_time) : 0;
  return stats;
}

api::RTCDataChannelState toApi(sctp::ChannelState state) {
  switch (state) {
    case sctp::ChannelState::Connecting:
      return api::RTCDataChannelState::Connecting;
    case sctp::ChannelState::Open:
      return api::RTCDataChannelState::Open;
    case sctp::ChannelState::Closing:
      break;
  }
  return api::RTCDataChannelState::Closing;
}

std::shared_ptr<api::RTCDataChannelStats> makeDataChannel(const sctp::ChannelStatistics& from) {
  auto stats = std::make_shared<api::RTCDataChannelStats>();
  stats->type = api::StatsType::Datachannel;
  stats->label = from.parameters.label;
  stats->protocol = from.parameters.protocol;
  stats->datachannelid = *from.id;
  stats->state = toApi(from.state);
  stats->messages_sent = toInt64(from.counters.messages_sent);
  stats->bytes_sent = toInt64(from.counters.bytes_sent);
  stats->messages_received = toInt64(from.counters.messages_received);
  stats->bytes_received = toInt64(from.counters.bytes_received);
  return stats;
}

// Nothing is decoded here, so nothing is known of decoded frames, levels and echoes.
std::shared_ptr<api::RTCMediaStreamTrackStats> makeTrack(rtp::MediaKind kind,
                                                         const peer::FrameStatistics& video) {
  auto stats = std::make_shared<api::RTCMediaStreamTrackStats>();
  stats->type = api::StatsType::Track;
  stats->track_identifier = wordFor(kind);
  stats->frame_width = video.size.width;
  stats->frame_height = video.size.height;
  stats->frames_per_second = video.per_second;
  return stats;
}

// The API has no type of its own for codecs.
std::shared_ptr<api::RTCCodec> makeCodec(rtp::MediaKind kind, const sdp::NegotiatedCodec& from) {
  auto stats = std::make_shared<api::RTCCodec>();
  stats->type = api::StatsType::Track;
  stats->payload_type = *from.payload_type;
  stats->codec = wordFor(kind) + '/' + from.name;
  stats->clock_rate = from.clock_rate;
  stats->channels = kind == rtp::MediaKind::Audio ? from.channels : 0;
  stats->parameters = from.fmtp;
  return stats;
}

// Nor for certificates.
std::shared_ptr<api::RTCCertificateStats> makeCertificate(const peer::CertificateStatistics& from) {
  auto stats = std::make_shared<api::RTCCertificateStats>();
  stats->type = api::StatsType::Transport;
  const std::string text = from.fingerprint.toText();
  const std::size_t space = text.find(' ');
  stats->fingerprint_algorithm = text.substr(0, space);
  stats->fingerprint = text.substr(space + 1);
  stats->base64_certificate = writeBase64(from.der);
  return stats;
}

api::RTCStatsIceCandidateType toApi(ice::CandidateType type) {
  switch (type) {
    case ice::CandidateType::Host:
      return api::RTCStatsIceCandidateType::Host;
    case ice::CandidateType::ServerReflexive:
      return api::RTCStatsIceCandidateType::Serverreflexive;
    case ice::CandidateType::PeerReflexive:
      return api::RTCStatsIceCandidateType::Peerreflexive;
    case ice::CandidateType::Relayed:
      return api::RTCStatsIceCandidateType::Relayed;
  }
  return api::RTCStatsIceCandidateType::Host;
}

std::shared_ptr<api::RTCIceCandidateAttributes> makeCandidate(api::StatsType type,
                                                              const ice::Candidate& from) {
  auto stats = std::make_shared<api::RTCIceCandidateAttributes>();
  stats->type = type;
  stats->ip_address = from.address;
  stats->port_number = from.port;
  stats->transport = from.transport == ice::Transport::Udp ? "udp" : "tcp";
  stats->candidate_type = toApi(from.type);
  stats->priority = from.priority;
  return stats;
}

// RFC 8445 §6.1.2.3; G is the controlling side's priority. The offerer controls.
std::uint64_t pairPriority(const ice::Candidate& local, const ice::Candidate& remote,
                           bool is_controlling) {
  const std::uint64_t g = is_controlling ? local.priority : remote.priority;
  const std::uint64_t d = is_controlling ? remote.priority : local.priority;
  return (std::min(g, d) << 32) + 2 * std::max(g, d) + (g > d ? 1 : 0);
}

}  // namespace

// One answer in the making.
class WebRtcStats::Report {
 public:
  Report(WebRtcStats& owner, const Sources& sources, std::optional<api::MediaType> type,
         core::StatsMap& stats)
      : owner_(owner), sources_(sources), type_(type), stats_(stats) {}

  void addStreams() {
    for (const auto& stream : sources_.numbers.inbound) {
      auto track = makeTrack(stream.kind, stream.video);
      track->remote_source = true;
      track->frames_received = toInt64(stream.video.frames);
      addStream(stream, stream.payload_type, std::move(track));
    }
    for (const auto& stream : sources_.numbers.outbound) {
      auto track = makeTrack(stream.kind, stream.video);
      track->frames_sent = toInt64(stream.video.frames);
      addStream(stream, stream.payload_type, std::move(track));
    }
  }

  void addMediaStreams() {
    addMediaStream("remote stream", sources_.numbers.inbound,
                   [](const sdp::NegotiatedMedia& media) { return media.remote_cname; });
    addMediaStream("local stream", sources_.numbers.outbound,
                   [](const sdp::NegotiatedMedia& media) { return media.local_cname; });
  }

  void addCodecs() {
    for (const sdp::NegotiatedMedia& media : sources_.session.media)
      for (const sdp::NegotiatedCodec& codec : media.codecs)
        if (isAskedFor(media.kind, type_))
          put(codecName(media.kind, codec.payload_type), makeCodec(media.kind, codec));
  }

  void addTransports() {
    for (std::size_t i = 0; i < sources_.numbers.transports.size(); ++i) {
      const peer::TransportStatistics& from = sources_.numbers.transports[i];
      auto stats = std::make_shared<api::RTCTransportStats>();
      stats->type = api::StatsType::Transport;
      stats->bytes_sent = toInt64(from.bytes_sent);
      stats->bytes_received = toInt64(from.bytes_received);
      stats->active_connection = from.is_connected;
      if (sources_.ice.selected.contains(i)) stats->selected_candidate_pair_id = idOf(pairName(i));
      stats->local_certificate_id = addCertificate("local", i, from.local_certificate);
      stats->remote_certificate_id = addCertificate("remote", i, from.remote_certificate);
      put(transportName(i), std::move(stats));
    }
  }

  void addCandidates() {
    for (const ice::Candidate& candidate : sources_.ice.local) addLocal(candidate);
    for (const ice::Candidate& candidate : sources_.ice.remote) addRemote(candidate);
    for (const auto& [transport, pair] : sources_.ice.selected)
      addPair(transport, pair.first, pair.second);
  }

  void addDataChannels() {
    if (type_ && *type_ != api::MediaType::Data) return;
    for (const auto& channel : sources_.data.channels)
      put("channel " + std::to_string(*channel.id), makeDataChannel(channel));
  }

  void addSession() {
    auto session = std::make_shared<api::RTCPeerConnectionStats>();
    session->type = api::StatsType::Session;
    session->data_channels_opened = toInt64(sources_.data.channels_opened);
    session->data_channels_closed = toInt64(sources_.data.channels_closed);
    put("session", std::move(session));
  }

 private:
  const std::string& idOf(const std::string& name) { return owner_.idOf(name); }

  template <class Entry>
  const std::string& put(const std::string& name, std::shared_ptr<Entry> entry) {
    const std::string& id = idOf(name);
    entry->id = id;
    entry->timestamp_millis = now_ms_;
    stats_[id] = std::move(entry);
    return id;
  }

  template <class Stream>
  void addStream(const Stream& stream, std::optional<rtp::PayloadType> payload_type,
                 std::shared_ptr<api::RTCMediaStreamTrackStats> track) {
    if (!isAskedFor(stream.kind, type_)) return;
    auto stats = makeStream(stream);
    stats->transport_id = idOf(transportName(stream.transport));
    if (payload_type) stats->codec_id = idOf(codecName(stream.kind, *payload_type));
    stats->media_track_id = idOf("track " + streamName(stream));
    track->ssrc_ids = {stats->ssrc};
    put("track " + streamName(stream), std::move(track));
    put(streamName(stream), std::move(stats));
  }

  // A description has one stream, with the m-lines as its tracks.
  template <class Streams, class Name>
  void addMediaStream(const char* name, const Streams& streams, Name identifier) {
    auto stats = std::make_shared<api::RTCMediaStreamStats>();
    stats->type = api::StatsType::Track;
    for (const sdp::NegotiatedMedia& media : sources_.session.media)
      if (stats->stream_identifier.empty()) stats->stream_identifier = identifier(media);
    for (const auto& stream : streams)
      if (isAskedFor(stream.kind, type_))
        stats->track_ids.push_back(idOf("track " + streamName(stream)));
    if (!stats->track_ids.empty()) put(name, std::move(stats));
  }

  std::string addCertificate(const char* side, std::size_t transport,
                             const std::optional<peer::CertificateStatistics>& certificate) {
    if (!certificate) return {};
    return put(std::string(side) + " certificate " + std::to_string(transport),
               makeCertificate(*certificate));
  }

  const std::string& addLocal(const ice::Candidate& candidate) {
    return put(candidateName("local", candidate),
               makeCandidate(api::StatsType::Localcandidate, candidate));
  }
  const std::string& addRemote(const ice::Candidate& candidate) {
    return put(candidateName("remote", candidate),
               makeCandidate(api::StatsType::Remotecandidate, candidate));
  }

  // The one in use. Its bytes are all that the transport carried: earlier pairs are not kept.
  void addPair(std::size_t transport, const ice::Candidate& local, const ice::Candidate& remote) {
    auto stats = std::make_shared<api::RTCIceCandidatePairStats>();
    stats->type = api::StatsType::Candidatepair;
    stats->transport_id = idOf(transportName(transport));
    stats->local_candidate_id = addLocal(local);
    stats->remote_candidate_id = addRemote(remote);
    stats->state = api::RTCStatsIceCandidatePairState::Succeeded;
    stats->priority = toInt64(pairPriority(local, remote, sources_.session.offerer));
    stats->nominated = stats->readable = stats->writable = true;
    if (transport < sources_.numbers.transports.size()) {
      stats->bytes_sent = toInt64(sources_.numbers.transports[transport].bytes_sent);
      stats->bytes_received = toInt64(sources_.numbers.transports[transport].bytes_received);
    }
    for (const auto& stream : sources_.numbers.outbound) {
      if (stream.transport != transport) continue;
      if (stream.round_trip_time) stats->round_trip_time = seconds(*stream.round_trip_time);
      stats->available_outgoing_bitrate += static_cast<double>(*stream.target_bitrate);
    }
    for (const auto& stream : sources_.numbers.inbound)
      if (stream.transport == transport)
        stats->available_incoming_bitrate += static_cast<double>(*stream.remb);
    put(pairName(transport), std::move(stats));
  }

  WebRtcStats& owner_;
  const Sources& sources_;
  const std::optional<api::MediaType> type_;
  core::StatsMap& stats_;
  const std::int64_t now_ms_ = nowMillis();
};

void WebRtcStats::add(const Sources& sources, std::optional<api::MediaType> type,
                      core::StatsMap& stats) {
  if (ids_.size() >= kMaxIds) ids_.clear();  // Never in the midst of a report.
  Report report(*this, sources, type, stats);
  report.addStreams();
  report.addMediaStreams();
  report.addCodecs();
  report.addTransports();
  report.addCandidates();
  report.addDataChannels();
  report.addSession();
}

void WebRtcStats::addPlain(const peer::PeerStatistics& numbers,
                           const sdp::NegotiatedSession& session,
                           std::optional<api::MediaType> type, core::StatsMap& stats) {
  if (ids_.size() >= kMaxIds) ids_.clear();
  const Sources sources{.numbers = numbers, .session = session, .ice = {}, .data = {}};
  Report report(*this, sources, type, stats);
  report.addStreams();
  report.addMediaStreams();
  report.addCodecs();
  report.addTransports();
}

const std::string& WebRtcStats::idOf(const std::string& what) {
  std::string& id = ids_[what];
  if (id.empty()) id = makeUuid();
  return id;
}

std::shared_ptr<api::EndpointStats> makeLatencyStats(const std::string& id,
                                                     const peer::PeerStatistics& numbers,
                                                     std::optional<api::MediaType> type) {
  auto stats = std::make_shared<api::EndpointStats>();
  stats->id = id;
  stats->type = api::StatsType::Endpoint;
  stats->timestamp_millis = nowMillis();
  const auto addTo = [](std::vector<api::MediaLatencyStat>& list, rtp::MediaKind kind,
                        const peer::LatencyMeter& meter) {
    if (!meter.average()) return;
    api::MediaLatencyStat latency;
    latency.name = "sink_" + wordFor(kind) + "_default";
    latency.type = typeOf(kind);
    latency.avg = meter.average()->count();
    list.push_back(std::move(latency));
  };
  for (const auto& stream : numbers.outbound) {
    if (!isAskedFor(stream.kind, type)) continue;
    addTo(stats->input_latency, stream.kind, stream.input_latency);
    addTo(stats->e2e_latency, stream.kind, stream.end_to_end_latency);
  }
  return stats;
}

}  // namespace ms::elements
