#include <algorithm>
#include <string>
#include <utility>

#include "server/packet/sdp/crypto.h"
#include "server/packet/sdp/format_table.h"
#include "server/packet/sdp/header_extensions.h"
#include "server/packet/sdp/media_lines.h"
#include "server/packet/sdp/peer_media.h"

namespace ms::sdp {
namespace {

// Our role when the peer's answer says its own. Without one the answerer is active (RFC 5763 §5).
SetupRole offeringRole(std::string_view answered) {
  if (answered == "passive") return SetupRole::Active;
  if (answered == "holdconn") return SetupRole::HoldConnection;
  return SetupRole::Passive;
}

bool isSameLines(const SessionDescription& offer, const SessionDescription& answer) {
  return std::ranges::equal(offer.media, answer.media, {}, &MediaDescription::kind,
                            &MediaDescription::kind);
}

// What the answer took of our codecs, in its order. A payload type that it gave to another codec
// than we did is not one of ours.
std::vector<NegotiatedCodec> commonCodecs(const MediaDescription& offered,
                                          const MediaDescription& answered) {
  const FormatTable ours(offered);
  const FormatTable theirs(answered);
  std::vector<NegotiatedCodec> common;
  for (const Format& format : theirs.formats()) {
    const Format* const own = ours.find(format.payload_type);
    if (!own || !own->name || own->name != format.name) continue;
    common.push_back(format.negotiated());
    common.back().transport_cc = false;  // Not in our offers.
  }
  return common;
}

class AnswerReader {
 public:
  AnswerReader(const SessionDescription& offer, const SessionDescription& answer,
               const NegotiationConfig& config)
      : offer_(offer), answer_(answer), config_(config) {
    // An answer that forgot its mids means those of the offer.
    for (std::size_t mline = 0; mline < answer.media.size(); ++mline) {
      const std::string_view mid = midOf(answer.media[mline]);
      mids_.push_back(mid.empty() ? midOf(offer.media[mline]) : mid);
    }
    session_.offerer = true;
  }

  NegotiatedSession read() && {
    for (std::size_t mline = 0; mline < answer_.media.size(); ++mline) {
      if (answer_.media[mline].port == 0 || offer_.media[mline].port == 0) continue;
      if (answer_.media[mline].kind == "application") {
        readData(mline);
      } else {
        readMedia(mline);
      }
    }
    if (config_.profile == Profile::WebRtc) assignTransports();
    return std::move(session_);
  }

 private:
  void readMedia(std::size_t mline) {
    const MediaDescription& offered = offer_.media[mline];
    const MediaDescription& answered = answer_.media[mline];
    const auto kind = rtpKind(offered);
    if (!kind) return;

    NegotiatedMedia media;
    media.codecs = commonCodecs(offered, answered);
    if (media.codecs.empty()) return;
    media.kind = *kind;
    media.mid = midOf(offered);
    media.mline = mline;
    const Direction wanted = direction(offered, offer_);
    const Direction granted = mirrored(direction(answered, answer_));
    media.send = sends(wanted) && sends(granted);
    media.receive = receives(wanted) && receives(granted);
    const auto abs_send_time_id = extensionId(offered, kAbsSendTimeUri);
    if (extensionId(answered, kAbsSendTimeUri) == abs_send_time_id)
      media.abs_send_time_id = abs_send_time_id;
    addLocalStream(config_, media);
    readStreams(answered, media);
    if (config_.profile == Profile::PlainRtp) {
      media.target = readTarget(answer_, answered);
      if (config_.crypto && !maybeAgreeOnKeys(answered, media)) return;
    }
    session_.media.push_back(std::move(media));
  }

  // The answer names the line of ours that it took by its tag (RFC 4568 §5.1.3).
  bool maybeAgreeOnKeys(const MediaDescription& answered, NegotiatedMedia& media) const {
    auto remote = cryptoOf(answered, config_.crypto->suite);
    if (!remote || remote->tag != config_.crypto->tag) return false;
    media.crypto = NegotiatedCrypto{.local = *config_.crypto, .remote = std::move(*remote)};
    return true;
  }

  void readData(std::size_t mline) {
    const std::uint16_t local = sctpPort(offer_.media[mline]).value_or(0);
    const std::uint16_t remote = sctpPort(answer_.media[mline]).value_or(local);
    if (local == 0 || remote == 0) return;
    session_.data = NegotiatedData{.mid = std::string(midOf(offer_.media[mline])),
                                   .mline = mline,
                                   .transport = 0,
                                   .local_sctp_port = local,
                                   .remote_sctp_port = remote,
                                   .remote_max_message_size = maxMessageSize(answer_.media[mline])};
  }

  std::vector<std::size_t> acceptedLines() const {
    std::vector<std::size_t> mlines;
    for (const NegotiatedMedia& media : session_.media) mlines.push_back(media.mline);
    if (session_.data) mlines.push_back(session_.data->mline);
    return mlines;
  }

  void assignTransports() {
    for (const TransportPlan& plan : planTransports(bundleMids(answer_), acceptedLines(), mids_)) {
      NegotiatedTransport transport = readTransport(answer_, plan);
      transport.mid = midOf(offer_.media[transport.mline]);
      transport.setup = offeringRole(setupOf(answer_, answer_.media[transport.mline]));
      for (const std::size_t mline : plan.mlines) carry(mline, session_.transports.size());
      session_.bundle |= plan.bundled;
      session_.transports.push_back(std::move(transport));
    }
  }

  void carry(std::size_t mline, std::size_t transport) {
    for (NegotiatedMedia& media : session_.media)
      if (media.mline == mline) media.transport = transport;
    if (session_.data && session_.data->mline == mline) session_.data->transport = transport;
  }

  const SessionDescription& offer_;
  const SessionDescription& answer_;
  const NegotiationConfig& config_;
  std::vector<std::string_view> mids_;
  NegotiatedSession session_;
};

}  // namespace

std::expected<AcceptedAnswer, SdpError> processAnswer(const SessionDescription& offer,
                                                      std::string_view answer,
                                                      const NegotiationConfig& config) {
  if (answer.empty()) return std::unexpected(SdpError::EmptyAnswer);
  auto remote = SessionDescription::parse(answer);
  if (!remote) return std::unexpected(remote.error());
  if (!isSameLines(offer, *remote)) return std::unexpected(SdpError::AnswerDoesNotFitOffer);

  AcceptedAnswer accepted;
  accepted.session = AnswerReader(offer, *remote, config).read();
  accepted.remote = std::move(*remote);
  return accepted;
}

}  // namespace ms::sdp
