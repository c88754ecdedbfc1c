#include "server/packet/sdp/answer_lines.h"

#include <algorithm>
#include <string>
#include <utility>

#include "server/packet/sdp/crypto.h"
#include "server/packet/sdp/header_extensions.h"
#include "server/packet/sdp/media_lines.h"
#include "server/packet/sdp/simulcast.h"
#include "server/packet/sdp/words.h"

namespace ms::sdp {
namespace {

// Attributes of a media section that an answer repeats as they are.
constexpr std::string_view kRepeated[] = {"framerate", "lang", "maxptime", "ptime", "quality"};
constexpr std::size_t kMaxRepeated = 64;

// Attributes of the session that speak of the offerer's own transport and would be a lie in an
// answer.
constexpr std::string_view kOfferersOwn[] = {"candidate", "end-of-candidates", "remote-candidates",
                                             "ice-lite",  "identity",          "tls-id",
                                             "crypto",    "key-mgmt"};

template <class Names>
bool contains(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != std::end(names);
}

// The early form of connection-oriented media for UDP (COMEDIA).
std::string_view answeringComedia(std::string_view offered) {
  return trimmed(offered) == "active" ? "passive" : "active";
}

// Ours instead of the peer's, for the attributes that both have.
std::string ownTransportValue(std::string_view name, const NegotiationConfig& config) {
  if (name == "ice-ufrag") return config.local.ice.ufrag;
  if (name == "ice-pwd") return config.local.ice.pwd;
  return write(config.local.fingerprint);
}

bool isTransportAttribute(std::string_view name) {
  return name == "ice-ufrag" || name == "ice-pwd" || name == "fingerprint";
}

void addSessionAttribute(const Attribute& offered, const NegotiationConfig& config,
                         SessionDescription& answer) {
  const std::string& name = offered.name;
  const std::string_view value = offered.value ? *offered.value : std::string_view();
  if (contains(kOfferersOwn, name) || name == "group") return;
  if (const auto direction = parseDirection(name)) {
    answer.addAttribute(std::string(write(mirrored(*direction))));
  } else if (name == "setup") {
    answer.addAttribute(name, std::string(write(answeringRole(trimmed(value)))));
  } else if (name == "direction") {
    answer.addAttribute(name, std::string(answeringComedia(value)));
  } else if (name == "connection") {
    answer.addAttribute(name, "new");  // RFC 4145 §5: there is no older one to go on with.
  } else if (name == "extmap") {
    const auto map = ExtMap::parse(value);
    if (map && map->uri == kAbsSendTimeUri) answer.attributes.push_back(offered);
  } else if (isTransportAttribute(name)) {
    if (config.profile == Profile::WebRtc && !answer.has(name))
      answer.addAttribute(name, ownTransportValue(name, config));
  } else {
    answer.attributes.push_back(offered);
  }
}

void addFormatLines(const Format& format, MediaDescription& answer) {
  const std::string number = std::to_string(*format.payload_type) + ' ';
  if (!format.rtpmap.empty()) answer.addAttribute("rtpmap", number + std::string(format.rtpmap));
  for (const std::string_view parameters : format.feedback)
    answer.addAttribute("rtcp-fb", number + std::string(parameters));
  if (!format.fmtp.empty()) answer.addAttribute("fmtp", number + std::string(format.fmtp));
}

bool hasRtx(const Format& format) { return format.rtx.has_value(); }

void addRepeatedLines(const MediaDescription& offered, MediaDescription& answer) {
  std::size_t count = 0;
  for (const Attribute& attribute : offered.attributes) {
    if (!contains(kRepeated, attribute.name)) continue;
    if (++count > kMaxRepeated) return;
    answer.attributes.push_back(attribute);
  }
}

MediaDescription answerTo(const MediaDescription& offered, std::uint16_t port) {
  MediaDescription answer;
  answer.kind = offered.kind;
  answer.port = port;
  answer.protocol = offered.protocol;
  if (const auto mid = offered.value("mid")) answer.addAttribute("mid", std::string(*mid));
  return answer;
}

void addSetupLine(const MediaDescription& offered, SetupRole setup, const NegotiationConfig& config,
                  MediaDescription& answer) {
  // With DTLS somebody has to be told the role, even when the offer forgot to ask.
  if (config.profile == Profile::WebRtc || offered.has("setup"))
    answer.addAttribute("setup", std::string(write(setup)));
}

}  // namespace

SetupRole answeringRole(std::string_view offered) {
  if (offered == "actpass" || offered == "passive") return SetupRole::Active;
  if (offered == "active" || offered.empty()) return SetupRole::Passive;
  return SetupRole::HoldConnection;
}

std::string_view write(SetupRole role) {
  switch (role) {
    case SetupRole::Active:
      return "active";
    case SetupRole::Passive:
      return "passive";
    case SetupRole::HoldConnection:
      return "holdconn";
  }
  return "holdconn";
}

SessionDescription answerSession(const SessionDescription& offer,
                                 std::span<const std::string_view> bundle,
                                 const NegotiationConfig& config) {
  SessionDescription answer;
  addSessionLines(answer, config);
  if (!bundle.empty()) {
    std::string group = "BUNDLE";
    for (const std::string_view mid : bundle) group += ' ' + std::string(mid);
    answer.addAttribute("group", std::move(group));
  }
  for (const Attribute& attribute : offer.attributes)
    addSessionAttribute(attribute, config, answer);
  return answer;
}

MediaDescription rejectedMedia(const MediaDescription& offered) {
  MediaDescription answer = answerTo(offered, 0);
  answer.formats = offered.formats;
  answer.addAttribute("inactive");
  return answer;
}

MediaDescription answerRtp(const SessionDescription& offer, const MediaDescription& offered,
                           const AcceptedRtp& accepted, const NegotiationConfig& config) {
  MediaDescription answer = answerTo(offered, localPort(config, accepted.kind));
  addRtcpLine(answer, config, accepted.kind);
  if (config.profile == Profile::WebRtc && offered.has("rtcp-mux")) answer.addAttribute("rtcp-mux");
  answer.addAttribute(std::string(write(accepted.direction)));
  for (const Format& format : accepted.formats) {
    answer.formats.push_back(std::to_string(*format.payload_type));
    addFormatLines(format, answer);
    if (format.rtx) addRtxLines(answer, format.payload_type, *format.rtx, format.name->clock_rate);
  }
  addRepeatedLines(offered, answer);
  if (!extensionId(offer, kAbsSendTimeUri))
    addExtensionLine(answer, extensionId(offered, kAbsSendTimeUri), kAbsSendTimeUri);
  addExtensionLine(answer, accepted.transport_cc_id, kTransportCcUri);
  addExtensionLine(answer, accepted.mid_id, kMidUri);
  addExtensionLine(answer, accepted.rid_id, kRidUri);
  addExtensionLine(answer, accepted.repaired_rid_id, kRepairedRidUri);
  addReceivedRids(offered, accepted.rids, answer);
  if (const auto comedia = offered.value("direction"))
    answer.addAttribute("direction", std::string(answeringComedia(*comedia)));
  addSetupLine(offered, accepted.setup, config, answer);
  if (accepted.crypto) answer.addAttribute("crypto", write(*accepted.crypto));
  addSsrcLine(answer, config, accepted.kind);
  if (sends(accepted.direction) && std::ranges::any_of(accepted.formats, hasRtx))
    addRtxSsrcLines(answer, config);
  addTransportLines(answer, config);
  return answer;
}

MediaDescription answerData(const MediaDescription& offered, SetupRole setup,
                            const NegotiationConfig& config) {
  MediaDescription answer = answerTo(offered, kWebRtcPort);
  const std::uint16_t sctp_port = sctpPort(offered).value_or(0);
  const std::string port = std::to_string(sctp_port);
  const bool is_old_syntax = std::ranges::find(offered.formats, port) != offered.formats.end();
  answer.formats = {is_old_syntax ? port : std::string(kDataChannelFormat)};
  addSetupLine(offered, setup, config, answer);
  if (is_old_syntax)
    answer.addAttribute("sctpmap", port + ' ' + std::string(kDataChannelFormat) + " 1024");
  else
    addSctpLines(answer, config, sctp_port);
  addTransportLines(answer, config);
  return answer;
}

}  // namespace ms::sdp
