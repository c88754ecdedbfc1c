#include "server/packet/sdp/peer_media.h"

#include <algorithm>
#include <utility>

#include "server/packet/sdp/media_lines.h"
#include "server/packet/sdp/words.h"

namespace ms::sdp {
namespace {

constexpr std::uint32_t kBitsPerKilobit = 1000;

void addRtxPairs(const MediaDescription& remote, NegotiatedMedia& media) {
  for (const std::string_view text : remote.values("ssrc-group")) {
    const auto group = SsrcGroup::parse(text);
    if (!group || group->semantics != "FID" || group->ssrcs.size() != 2) continue;
    if (media.remote_rtx.size() == kMaxSsrcGroups) return;
    media.remote_rtx.push_back({group->ssrcs[0], group->ssrcs[1]});
  }
}

void addSsrc(rtp::Ssrc ssrc, NegotiatedMedia& media) {
  const auto isRtx = [ssrc](const RtxPair& pair) { return pair.retransmission == ssrc; };
  if (std::ranges::any_of(media.remote_rtx, isRtx)) return;
  if (std::ranges::find(media.remote_ssrcs, ssrc) != media.remote_ssrcs.end()) return;
  if (media.remote_ssrcs.size() < kMaxSsrcs) media.remote_ssrcs.push_back(ssrc);
}

std::optional<std::uint32_t> maxSendKbps(const MediaDescription& remote) {
  if (const auto kbps = bandwidthAs(remote)) return kbps;
  if (const auto bits = bandwidthTias(remote))
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(*bits / kBitsPerKilobit, UINT32_MAX));
  return std::nullopt;
}

bool hasCredentials(const SessionDescription& session, const MediaDescription& media) {
  return credentialsOf(media) || credentialsOf(session);
}

}  // namespace

std::optional<rtp::MediaKind> rtpKind(const MediaDescription& media) {
  if (media.kind == "audio") return rtp::MediaKind::Audio;
  if (media.kind == "video") return rtp::MediaKind::Video;
  return std::nullopt;
}

std::string_view midOf(const MediaDescription& media) {
  return trimmed(media.value("mid").value_or(std::string_view()));
}

std::optional<std::vector<std::string_view>> bundleMids(const SessionDescription& session) {
  for (const std::string_view text : session.values("group")) {
    Group group = Group::parse(text);
    if (group.semantics == "BUNDLE") return std::move(group.mids);
  }
  return std::nullopt;
}

std::string_view setupOf(const SessionDescription& session, const MediaDescription& media) {
  if (const auto setup = media.value("setup")) return trimmed(*setup);
  return trimmed(session.value("setup").value_or(std::string_view()));
}

void readStreams(const MediaDescription& remote, NegotiatedMedia& media) {
  addRtxPairs(remote, media);
  for (const std::string_view text : remote.values("ssrc")) {
    const auto line = SsrcAttribute::parse(text);
    if (!line) continue;
    addSsrc(line->ssrc, media);
    if (media.remote_cname.empty() && line->name == "cname") media.remote_cname = line->value;
  }
  media.max_send_kbps = maxSendKbps(remote);
}

void addLocalStream(const NegotiationConfig& config, NegotiatedMedia& media) {
  media.local_ssrc = localSsrc(config, media.kind);
  media.local_cname = config.local.cname;
  const auto hasRtx = [](const NegotiatedCodec& codec) {
    return codec.rtx_payload_type.has_value();
  };
  if (media.kind == rtp::MediaKind::Video && media.send &&
      std::ranges::any_of(media.codecs, hasRtx))
    media.local_rtx_ssrc = config.local.video_rtx_ssrc;
}

RtpTarget readTarget(const SessionDescription& session, const MediaDescription& remote) {
  RtpTarget target;
  for (const auto line : {remote.line('c'), session.line('c')}) {
    if (!line || !target.address.empty()) continue;
    target.address = connectionAddress(*line).value_or(std::string_view());
  }
  target.rtp_port = remote.port;
  const auto text = remote.value("rtcp");
  const auto rtcp = text ? RtcpAttribute::parse(*text) : std::nullopt;
  target.rtcp_port = rtcp ? rtcp->port : static_cast<std::uint16_t>(remote.port + 1);
  if (rtcp && rtcp->address != target.address) target.rtcp_address = rtcp->address;
  auto comedia = remote.value("direction");
  if (!comedia) comedia = session.value("direction");
  target.symmetric = comedia && trimmed(*comedia) == "active";
  return target;
}

std::vector<TransportPlan> planTransports(
    const std::optional<std::vector<std::string_view>>& bundle,
    std::span<const std::size_t> accepted, std::span<const std::string_view> mids) {
  TransportPlan bundled{.mlines = {}, .bundled = true};
  const auto isBundled = [&bundled](std::size_t mline) {
    return std::ranges::find(bundled.mlines, mline) != bundled.mlines.end();
  };
  if (bundle)
    for (const std::string_view mid : *bundle)
      for (const std::size_t mline : accepted)
        if (mids[mline] == mid && !isBundled(mline)) bundled.mlines.push_back(mline);

  std::vector<TransportPlan> plans;
  if (!bundled.mlines.empty()) plans.push_back(bundled);
  for (const std::size_t mline : accepted)
    if (!isBundled(mline)) plans.push_back({.mlines = {mline}, .bundled = false});
  return plans;
}

NegotiatedTransport readTransport(const SessionDescription& remote, const TransportPlan& plan) {
  std::size_t source = plan.mlines.front();
  for (const std::size_t mline : plan.mlines)
    if (!hasCredentials(remote, remote.media[source])) source = mline;
  const MediaDescription& media = remote.media[source];

  NegotiatedTransport transport;
  transport.mline = source;
  transport.mid = midOf(media);
  transport.remote_ice = credentialsOf(media);
  if (!transport.remote_ice) transport.remote_ice = credentialsOf(remote);
  transport.remote_fingerprint = fingerprintOf(media);
  if (!transport.remote_fingerprint) transport.remote_fingerprint = fingerprintOf(remote);
  transport.rtcp_mux = media.has("rtcp-mux");
  transport.remote_ice_lite = remote.has("ice-lite");
  transport.remote_end_of_candidates =
      media.has("end-of-candidates") || remote.has("end-of-candidates");
  transport.remote_candidates = candidatesOf(media);
  return transport;
}

}  // namespace ms::sdp
