#include "server/packet/sdp/restart.h"

#include <algorithm>
#include <string>
#include <utility>

#include "server/packet/sdp/answer_lines.h"
#include "server/packet/sdp/format_table.h"
#include "server/packet/sdp/header_extensions.h"
#include "server/packet/sdp/media_lines.h"
#include "server/packet/sdp/peer_media.h"
#include "server/packet/sdp/simulcast.h"
#include "server/packet/sdp/words.h"

namespace ms::sdp {
namespace {

bool isSameLine(const MediaDescription& offered, const MediaDescription& before) {
  return offered.kind == before.kind && midOf(offered) == midOf(before);
}

// Each payload type still means what it meant; the offer may list more.
bool hasCodecs(const MediaDescription& offered, const NegotiatedMedia& media) {
  const FormatTable table(offered);
  return std::ranges::all_of(media.codecs, [&table](const NegotiatedCodec& codec) {
    const Format* const format = table.find(codec.payload_type);
    if (!format) return false;
    if (codec.rtx_payload_type &&
        table.retransmissionOf(codec.payload_type) != codec.rtx_payload_type)
      return false;
    return codec.name.empty() ||
           (format->name && equalsIgnoringCase(format->name->encoding, codec.name) &&
            format->name->clock_rate == codec.clock_rate);
  });
}

bool hasExtensions(const SessionDescription& offer, const MediaDescription& offered,
                   const NegotiatedMedia& media) {
  const auto isKept = [&](std::optional<std::uint8_t> id, std::string_view uri) {
    return !id || extensionId(offer, offered, uri) == id;
  };
  return isKept(media.abs_send_time_id, kAbsSendTimeUri) &&
         isKept(media.transport_cc_id, kTransportCcUri) && isKept(media.mid_id, kMidUri) &&
         isKept(media.rid_id, kRidUri) && isKept(media.repaired_rid_id, kRepairedRidUri);
}

bool hasMedia(const SessionDescription& offer, const NegotiatedMedia& media) {
  const MediaDescription& offered = offer.media[media.mline];
  const Direction ours = mirrored(direction(offered, offer));
  NegotiatedMedia streams;
  readStreams(offered, streams);
  return sends(ours) == media.send && receives(ours) == media.receive &&
         hasCodecs(offered, media) && hasExtensions(offer, offered, media) &&
         streams.remote_ssrcs == media.remote_ssrcs && streams.remote_rtx == media.remote_rtx &&
         (media.remote_rids.empty() || offeredRids(offered) == media.remote_rids);
}

// The remote side of each transport as the offer has it; nothing when it is not all new.
std::optional<std::vector<NegotiatedTransport>> restarted(const SessionDescription& offer,
                                                          const NegotiatedSession& session) {
  std::vector<NegotiatedTransport> transports = session.transports;
  for (NegotiatedTransport& transport : transports) {
    NegotiatedTransport fresh =
        readTransport(offer, {.mlines = {transport.mline}, .bundled = session.bundle});
    if (!fresh.remote_ice || fresh.remote_ice == transport.remote_ice) return std::nullopt;
    if (fresh.remote_fingerprint != transport.remote_fingerprint) return std::nullopt;
    transport.remote_ice = std::move(fresh.remote_ice);
    transport.remote_ice_lite = fresh.remote_ice_lite;
    transport.remote_candidates = std::move(fresh.remote_candidates);
    transport.remote_end_of_candidates = fresh.remote_end_of_candidates;
  }
  return transports;
}

void setValue(Section& section, std::string_view name, const std::string& value) {
  for (Attribute& attribute : section.attributes)
    if (attribute.name == name) attribute.value = value;
}

void forgetCandidates(MediaDescription& media) {
  std::erase_if(media.attributes, [](const Attribute& attribute) {
    return attribute.name == "candidate" || attribute.name == "end-of-candidates";
  });
  std::erase_if(media.lines, [](const Line& line) { return line.type == 'c'; });
  media.port = kWebRtcPort;
  setValue(media, "rtcp", "9 IN IP4 0.0.0.0");
}

void setIce(Section& section, const ice::Credentials& ice) {
  setValue(section, "ice-ufrag", ice.ufrag);
  setValue(section, "ice-pwd", ice.pwd);
}

SetupRole roleOf(const NegotiatedSession& session, std::size_t mline) {
  std::size_t transport = 0;
  for (const NegotiatedMedia& media : session.media)
    if (media.mline == mline) transport = media.transport;
  if (session.data && session.data->mline == mline) transport = session.data->transport;
  return session.transports[transport].setup;
}

// o=- <id> <version> ...: one version on (RFC 3264 §8).
void raiseVersion(SessionDescription& local) {
  const auto line = std::ranges::find(local.lines, 'o', &Line::type);
  if (line == local.lines.end()) return;
  std::vector<std::string_view> parts = words(line->value);
  const auto version = parts.size() > 2 ? parseNumber<std::uint64_t>(parts[2]) : std::nullopt;
  if (!version) return;
  const std::string next = std::to_string(*version + 1);
  parts[2] = next;
  std::string value;
  for (const std::string_view part : parts) value += (value.empty() ? "" : " ") + std::string(part);
  line->value = std::move(value);
}

SessionDescription restartedLocal(const Answer& agreed, const ice::Credentials& ice) {
  SessionDescription local = agreed.local;
  raiseVersion(local);
  setIce(local, ice);
  for (std::size_t mline = 0; mline < local.media.size(); ++mline) {
    MediaDescription& media = local.media[mline];
    if (media.port == 0) continue;
    forgetCandidates(media);
    setIce(media, ice);
    setValue(media, "setup", std::string(write(roleOf(agreed.session, mline))));
  }
  return local;
}

}  // namespace

std::expected<Answer, SdpError> makeRestartAnswer(std::string_view offer, const Answer& agreed,
                                                  const ice::Credentials& ice) {
  if (offer.empty()) return std::unexpected(SdpError::EmptyOffer);
  auto remote = SessionDescription::parse(offer);
  if (!remote) return std::unexpected(remote.error());
  const NegotiatedSession& session = agreed.session;
  if (session.transports.empty() ||
      !std::ranges::equal(remote->media, agreed.remote.media, isSameLine) ||
      agreed.local.media.size() != remote->media.size() ||
      !std::ranges::all_of(session.media, [&remote](const NegotiatedMedia& media) {
        return hasMedia(*remote, media);
      }))
    return std::unexpected(SdpError::NotARestart);
  auto transports = restarted(*remote, session);
  if (!transports) return std::unexpected(SdpError::NotARestart);

  Answer answer{.remote = {}, .local = restartedLocal(agreed, ice), .session = session};
  answer.session.transports = std::move(*transports);
  answer.remote = std::move(*remote);
  return answer;
}

}  // namespace ms::sdp
