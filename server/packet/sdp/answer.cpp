#include <algorithm>
#include <string>
#include <utility>

#include "server/packet/sdp/answer_lines.h"
#include "server/packet/sdp/crypto.h"
#include "server/packet/sdp/header_extensions.h"
#include "server/packet/sdp/media_lines.h"
#include "server/packet/sdp/peer_media.h"
#include "server/packet/sdp/simulcast.h"
#include "server/packet/sdp/words.h"

namespace ms::sdp {
namespace {

constexpr std::uint8_t kFirstDynamicPayloadType = 96;
const CodecName kRed{"red", 48000, 2};

struct AcceptedLine {
  std::size_t mline;
  std::optional<rtp::MediaKind> kind;  // Nothing: data channels.
  std::vector<Format> formats;
  std::optional<NegotiatedCrypto> crypto;  // With SDES.
  std::size_t transport = 0;
  // WebRTC only, and only what was offered.
  std::optional<std::uint8_t> transport_cc_id;
  std::vector<RemoteRid> rids;
};

bool endsWithProfile(std::string_view protocol, std::string_view profile) {
  return equalsIgnoringCase(protocol, profile) ||
         (startsWithIgnoringCase(protocol, profile) && protocol.size() == profile.size() + 1 &&
          lower(protocol.back()) == 'f');
}

bool isRtpProtocol(std::string_view protocol, const NegotiationConfig& config) {
  if (config.profile == Profile::PlainRtp)
    return endsWithProfile(protocol, config.crypto ? "RTP/SAVP" : "RTP/AVP");
  for (const std::string_view prefix : {"UDP/TLS/", "TCP/TLS/", "TCP/DTLS/"})
    if (startsWithIgnoringCase(protocol, prefix)) protocol.remove_prefix(prefix.size());
  return endsWithProfile(protocol, "RTP/SAVP");
}

bool isDataProtocol(std::string_view protocol) {
  return equalsIgnoringCase(protocol, "DTLS/SCTP") || equalsIgnoringCase(protocol, "UDP/DTLS/SCTP");
}

class AnswerMaker {
 public:
  AnswerMaker(const SessionDescription& offer, const NegotiationConfig& config)
      : offer_(offer), config_(config), bundle_(bundleMids(offer)) {
    for (const MediaDescription& media : offer.media) mids_.push_back(midOf(media));
    if (config.profile != Profile::WebRtc) bundle_.reset();
  }

  void decide() {
    for (std::size_t mline = 0; mline < offer_.media.size(); ++mline) {
      AcceptedLine line{.mline = mline,
                        .kind = rtpKind(offer_.media[mline]),
                        .formats = {},
                        .crypto = {},
                        .transport_cc_id = {},
                        .rids = {}};
      if (!maybeAccept(line)) continue;
      if (line.kind) addOffered(line);
      accepted_.push_back(std::move(line));
    }
    assignTransports();
  }

  NegotiatedSession session() const {
    NegotiatedSession session;
    session.bundle = !plans_.empty() && plans_.front().bundled;
    session.transports = transports_;
    for (const AcceptedLine& line : accepted_) {
      if (line.kind) {
        session.media.push_back(negotiatedMedia(line));
      } else {
        session.data = negotiatedData(line);
      }
    }
    return session;
  }

  SessionDescription description() const {
    std::vector<std::string_view> group;
    if (!plans_.empty() && plans_.front().bundled)
      for (const std::size_t mline : plans_.front().mlines) group.push_back(mids_[mline]);

    SessionDescription answer = answerSession(offer_, group, config_);
    for (const MediaDescription& media : offer_.media) answer.media.push_back(rejectedMedia(media));
    for (const AcceptedLine& line : accepted_) answer.media[line.mline] = acceptedMedia(line);
    return answer;
  }

 private:
  // Port 0 is a refusal, except on an m-line that lives on its BUNDLE group (RFC 8843 §6).
  bool isWanted(std::size_t mline) const {
    const MediaDescription& media = offer_.media[mline];
    if (media.port != 0) return true;
    return bundle_ && media.has("bundle-only") &&
           std::ranges::find(*bundle_, mids_[mline]) != bundle_->end();
  }

  bool hasRoomFor(std::optional<rtp::MediaKind> kind) const {
    const std::size_t taken = static_cast<std::size_t>(std::ranges::count_if(
        accepted_, [kind](const AcceptedLine& line) { return line.kind == kind; }));
    if (!kind) return config_.use_data_channels && taken == 0;
    const std::size_t allowed =
        *kind == rtp::MediaKind::Audio ? config_.audio_medias : config_.video_medias;
    return taken < std::min<std::size_t>(allowed, 1);
  }

  bool maybeAccept(AcceptedLine& line) const {
    const MediaDescription& media = offer_.media[line.mline];
    if (!isWanted(line.mline)) return false;
    if (!line.kind && media.kind != "application") return false;
    if (!hasRoomFor(line.kind)) return false;
    if (!line.kind) return isAcceptableData(media);

    if (!isRtpProtocol(media.protocol, config_)) return false;
    if (localPort(config_, *line.kind) == 0) return false;  // None was free.
    if (isEncrypted() && !maybeAgreeOnKeys(line)) return false;
    line.formats = commonFormats(media, *line.kind);
    return !line.formats.empty();
  }

  bool isEncrypted() const { return config_.profile == Profile::PlainRtp && config_.crypto; }

  // Only the configured suite will do; the answer has the tag of its line (RFC 4568 §5.1.2).
  bool maybeAgreeOnKeys(AcceptedLine& line) const {
    const auto offered = cryptoOf(offer_.media[line.mline], config_.crypto->suite);
    if (!offered) return false;
    line.crypto = NegotiatedCrypto{.local = *config_.crypto, .remote = *offered};
    line.crypto->local.tag = offered->tag;
    return true;
  }

  bool isAcceptableData(const MediaDescription& media) const {
    return config_.profile == Profile::WebRtc && isDataProtocol(media.protocol) &&
           sctpPort(media).value_or(0) != 0;
  }

  std::vector<Format> commonFormats(const MediaDescription& media, rtp::MediaKind kind) const {
    const auto& wanted =
        kind == rtp::MediaKind::Audio ? config_.codecs.audio : config_.codecs.video;
    const FormatTable table(media);
    std::vector<Format> common;
    for (const Format& format : table.formats()) {
      if (!format.name) continue;
      if (std::ranges::find(wanted, *format.name) != wanted.end() || isRedOfOpus(table, format))
        common.push_back(format);
    }
    if (std::ranges::all_of(common, isRed)) common.clear();
    if (common.empty() && equalsIgnoringCase(media.protocol, "RTP/AVP"))
      return unknownFormats(table);
    return common;
  }

  static bool isRed(const Format& format) { return format.name && *format.name == kRed; }

  // Redundant audio of the opus that is there too (RFC 2198): its fmtp lists the payload types.
  bool isRedOfOpus(const FormatTable& table, const Format& format) const {
    if (config_.profile != Profile::WebRtc || !isRed(format) || format.fmtp.empty()) return false;
    std::string_view rest = format.fmtp;
    for (auto text = takeWord(rest, "/"); !text.empty(); text = takeWord(rest, "/")) {
      const auto payload_type = parsePayloadType(text);
      const Format* const primary = payload_type ? table.find(*payload_type) : nullptr;
      if (!primary || !primary->name || primary->name->codec() != rtp::Codec::Opus) return false;
    }
    return true;
  }

  // What this server does beyond the original, for WebRTC peers that ask for it.
  void addOffered(AcceptedLine& line) const {
    const MediaDescription& media = offer_.media[line.mline];
    const bool is_webrtc = config_.profile == Profile::WebRtc;
    if (is_webrtc) line.transport_cc_id = extensionId(offer_, media, kTransportCcUri);
    if (!line.transport_cc_id)
      for (Format& format : line.formats) std::erase(format.feedback, kTransportCcFeedback);
    if (std::ranges::none_of(line.formats, hasTransportCc)) line.transport_cc_id.reset();
    if (!is_webrtc || line.kind != rtp::MediaKind::Video) return;

    const FormatTable table(media);
    for (Format& format : line.formats)
      if (std::ranges::find(format.feedback, "nack") != format.feedback.end())
        format.rtx = table.retransmissionOf(format.payload_type);
    if (receives(mirrored(direction(media, offer_))) && extensionId(offer_, media, kRidUri))
      line.rids = offeredRids(media);
  }

  static bool hasTransportCc(const Format& format) {
    return std::ranges::find(format.feedback, kTransportCcFeedback) != format.feedback.end();
  }

  // Old gateways send what has no name here; it is received all the same.
  static std::vector<Format> unknownFormats(const FormatTable& table) {
    std::vector<Format> unknown;
    for (const Format& format : table.formats())
      if (*format.payload_type >= kFirstDynamicPayloadType)
        unknown.push_back({.payload_type = format.payload_type,
                           .name = std::nullopt,
                           .rtpmap = {},
                           .fmtp = {},
                           .feedback = {},
                           .rtx = {}});
    return unknown;
  }

  void assignTransports() {
    if (config_.profile != Profile::WebRtc) return;
    std::vector<std::size_t> mlines;
    for (const AcceptedLine& line : accepted_) mlines.push_back(line.mline);
    plans_ = planTransports(bundle_, mlines, mids_);
    for (const TransportPlan& plan : plans_) {
      NegotiatedTransport transport = readTransport(offer_, plan);
      transport.setup = answeringRole(setupOf(offer_, offer_.media[transport.mline]));
      for (AcceptedLine& line : accepted_)
        if (std::ranges::find(plan.mlines, line.mline) != plan.mlines.end())
          line.transport = transports_.size();
      transports_.push_back(std::move(transport));
    }
  }

  SetupRole setup(const AcceptedLine& line) const {
    if (line.transport < transports_.size()) return transports_[line.transport].setup;
    return answeringRole(setupOf(offer_, offer_.media[line.mline]));
  }

  MediaDescription acceptedMedia(const AcceptedLine& line) const {
    const MediaDescription& offered = offer_.media[line.mline];
    if (!line.kind) return answerData(offered, setup(line), config_);
    return answerRtp(offer_, offered,
                     {.kind = *line.kind,
                      .formats = line.formats,
                      .direction = mirrored(direction(offered, offer_)),
                      .setup = setup(line),
                      .crypto = line.crypto ? &line.crypto->local : nullptr,
                      .transport_cc_id = line.transport_cc_id,
                      .rids = line.rids,
                      .mid_id = ridExtension(line, kMidUri),
                      .rid_id = ridExtension(line, kRidUri),
                      .repaired_rid_id = ridExtension(line, kRepairedRidUri)},
                     config_);
  }

  // Asked for only where they tell encodings apart: they cost bytes in each packet.
  std::optional<std::uint8_t> ridExtension(const AcceptedLine& line, std::string_view uri) const {
    if (line.rids.empty()) return std::nullopt;
    return extensionId(offer_, offer_.media[line.mline], uri);
  }

  NegotiatedMedia negotiatedMedia(const AcceptedLine& line) const {
    const MediaDescription& offered = offer_.media[line.mline];
    const Direction ours = mirrored(direction(offered, offer_));
    NegotiatedMedia media;
    media.kind = *line.kind;
    media.mid = mids_[line.mline];
    media.mline = line.mline;
    media.transport = line.transport;
    media.send = sends(ours);
    media.receive = receives(ours);
    for (const Format& format : line.formats) media.codecs.push_back(format.negotiated());
    media.abs_send_time_id = extensionId(offer_, offered, kAbsSendTimeUri);
    media.transport_cc_id = line.transport_cc_id;
    media.mid_id = ridExtension(line, kMidUri);
    media.rid_id = ridExtension(line, kRidUri);
    media.repaired_rid_id = ridExtension(line, kRepairedRidUri);
    addLocalStream(config_, media);
    readStreams(offered, media);
    media.remote_rids = line.rids;
    if (config_.profile == Profile::WebRtc && line.kind == rtp::MediaKind::Video &&
        line.rids.empty())
      media.remote_simulcast_ssrcs = simulcastSsrcs(offered);
    if (config_.profile == Profile::PlainRtp) media.target = readTarget(offer_, offered);
    media.crypto = line.crypto;
    return media;
  }

  NegotiatedData negotiatedData(const AcceptedLine& line) const {
    const std::uint16_t port = sctpPort(offer_.media[line.mline]).value_or(0);
    return {.mid = std::string(mids_[line.mline]),
            .mline = line.mline,
            .transport = line.transport,
            .local_sctp_port = port,
            .remote_sctp_port = port,
            .remote_max_message_size = maxMessageSize(offer_.media[line.mline])};
  }

  const SessionDescription& offer_;
  const NegotiationConfig& config_;
  std::optional<std::vector<std::string_view>> bundle_;
  std::vector<std::string_view> mids_;
  std::vector<AcceptedLine> accepted_;
  std::vector<TransportPlan> plans_;
  std::vector<NegotiatedTransport> transports_;
};

}  // namespace

std::expected<Answer, SdpError> makeAnswer(std::string_view offer,
                                           const NegotiationConfig& config) {
  if (offer.empty()) return std::unexpected(SdpError::EmptyOffer);
  auto remote = SessionDescription::parse(offer);
  if (!remote) return std::unexpected(remote.error());

  AnswerMaker maker(*remote, config);
  maker.decide();
  Answer answer{.remote = {}, .local = maker.description(), .session = maker.session()};
  // Our own lines come on top of what was repeated.
  if (!isWithinLimits(answer.local)) return std::unexpected(SdpError::TooLong);
  answer.remote = std::move(*remote);
  return answer;
}

}  // namespace ms::sdp
