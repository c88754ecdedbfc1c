#include "modules/elements/src/webrtc_stats.h"

#include <chrono>
#include <memory>

#include "server/base/uuid.h"

namespace ms::elements {
namespace {

std::int64_t nowMillis() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

bool isAskedFor(rtp::MediaKind kind, std::optional<api::MediaType> type) {
  return !type ||
         *type == (kind == rtp::MediaKind::Audio ? api::MediaType::Audio : api::MediaType::Video);
}

// What both directions have.
template <class From, class To>
void fillStream(const From& from, To& to) {
  to.ssrc = std::to_string(*from.ssrc);
  to.fir_count = static_cast<std::int64_t>(from.fir_count);
  to.pli_count = static_cast<std::int64_t>(from.pli_count);
  to.nack_count = static_cast<std::int64_t>(from.nack_count);
  to.packets_lost = from.packets_lost;
  to.fraction_lost = from.fraction_lost;
  to.remb = *from.remb;
}

std::shared_ptr<api::RTCInboundRTPStreamStats> makeInbound(const peer::InboundStatistics& from) {
  auto stats = std::make_shared<api::RTCInboundRTPStreamStats>();
  stats->type = api::StatsType::Inboundrtp;
  fillStream(from, *stats);
  stats->packets_received = static_cast<std::int64_t>(from.packets_received);
  stats->bytes_received = static_cast<std::int64_t>(from.bytes_received);
  stats->jitter = seconds(from.jitter);
  return stats;
}

std::shared_ptr<api::RTCOutboundRTPStreamStats> makeOutbound(const peer::OutboundStatistics& from) {
  auto stats = std::make_shared<api::RTCOutboundRTPStreamStats>();
  stats->type = api::StatsType::Outboundrtp;
  fillStream(from, *stats);
  stats->packets_sent = static_cast<std::int64_t>(from.packets_sent);
  stats->bytes_sent = static_cast<std::int64_t>(from.bytes_sent);
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
  stats->messages_sent = static_cast<std::int64_t>(from.counters.messages_sent);
  stats->bytes_sent = static_cast<std::int64_t>(from.counters.bytes_sent);
  stats->messages_received = static_cast<std::int64_t>(from.counters.messages_received);
  stats->bytes_received = static_cast<std::int64_t>(from.counters.bytes_received);
  return stats;
}

}  // namespace

void WebRtcStats::add(const peer::PeerStatistics& numbers, const sctp::DataStatistics& data,
                      std::optional<api::MediaType> type, core::StatsMap& stats) {
  const std::int64_t now_ms = nowMillis();
  const auto put = [&](const std::string& what, auto entry) {
    entry->id = idOf(what);
    entry->timestamp_millis = now_ms;
    stats[entry->id] = std::move(entry);
  };
  for (const auto& stream : numbers.inbound)
    if (isAskedFor(stream.kind, type))
      put("in " + std::to_string(*stream.ssrc), makeInbound(stream));
  for (const auto& stream : numbers.outbound)
    if (isAskedFor(stream.kind, type))
      put("out " + std::to_string(*stream.ssrc), makeOutbound(stream));

  for (const auto& channel : data.channels)
    if (!type || *type == api::MediaType::Data)
      put("channel " + std::to_string(*channel.id), makeDataChannel(channel));

  auto session = std::make_shared<api::RTCPeerConnectionStats>();
  session->type = api::StatsType::Session;
  session->data_channels_opened = static_cast<std::int64_t>(data.channels_opened);
  session->data_channels_closed = static_cast<std::int64_t>(data.channels_closed);
  put("session", std::move(session));
}

const std::string& WebRtcStats::idOf(const std::string& what) {
  if (ids_.size() >= kMaxIds && !ids_.contains(what)) ids_.clear();
  std::string& id = ids_[what];
  if (id.empty()) id = makeUuid();
  return id;
}

}  // namespace ms::elements
