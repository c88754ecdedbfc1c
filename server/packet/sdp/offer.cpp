#include <string>
#include <utility>

#include "server/packet/sdp/crypto.h"
#include "server/packet/sdp/header_extensions.h"
#include "server/packet/sdp/media_lines.h"
#include "server/packet/sdp/offer_answer.h"

namespace ms::sdp {
namespace {

constexpr std::uint16_t kDiscardPort = 9;

bool isRembOffered(rtp::Codec codec) {
  return codec == rtp::Codec::Vp8 || codec == rtp::Codec::Vp9 || codec == rtp::Codec::Av1;
}

void addCodecLines(MediaDescription& media, const OfferedCodec& offered, rtp::MediaKind kind) {
  const std::string number = std::to_string(*offered.payload_type);
  media.formats.push_back(number);
  if (!staticPayloadType(offered.name))
    media.addAttribute("rtpmap", write(RtpMap{offered.payload_type, offered.name}));
  if (kind == rtp::MediaKind::Video) {
    media.addAttribute("rtcp-fb", number + " nack");
    media.addAttribute("rtcp-fb", number + " nack pli");
    media.addAttribute("rtcp-fb", number + " ccm fir");
    if (isRembOffered(offered.name.codec())) media.addAttribute("rtcp-fb", number + " goog-remb");
  }
  const std::string_view fmtp = defaultFmtp(offered.name.codec());
  if (!fmtp.empty()) media.addAttribute("fmtp", number + ' ' + std::string(fmtp));
}

MediaDescription rtpSection(const NegotiationConfig& config, rtp::MediaKind kind,
                            const std::vector<OfferedCodec>& codecs) {
  const bool is_audio = kind == rtp::MediaKind::Audio;
  const bool is_webrtc = config.profile == Profile::WebRtc;
  const std::uint32_t recv_kbps =
      is_audio ? config.max_audio_recv_kbps : config.max_video_recv_kbps;

  MediaDescription media;
  media.kind = is_audio ? "audio" : "video";
  media.port = localPort(config, kind);
  const bool is_encrypted = !is_webrtc && config.crypto;
  media.protocol = is_webrtc || is_encrypted ? "RTP/SAVPF" : "RTP/AVPF";
  if (recv_kbps > 0) media.add('b', "AS:" + std::to_string(recv_kbps));
  media.addAttribute("mid", media.kind + '0');
  addRtcpLine(media, config, kind);
  if (is_webrtc) media.addAttribute("rtcp-mux");
  media.addAttribute(std::string(write(config.offer_direction)));
  for (const OfferedCodec& codec : codecs) addCodecLines(media, codec, kind);
  addExtensionLine(media, kOwnAbsSendTimeId, kAbsSendTimeUri);
  media.addAttribute("setup", "actpass");
  if (is_encrypted) media.addAttribute("crypto", write(*config.crypto));
  addSsrcLine(media, config, kind);
  addTransportLines(media, config);
  return media;
}

MediaDescription dataSection(const NegotiationConfig& config) {
  MediaDescription media;
  media.kind = "application";
  media.port = kDiscardPort;
  media.protocol = "UDP/DTLS/SCTP";
  media.formats = {"webrtc-datachannel"};
  media.addAttribute("mid", "application0");
  media.addAttribute("setup", "actpass");
  addSctpLines(media, config, config.local.sctp_port);
  addTransportLines(media, config);
  return media;
}

}  // namespace

SessionDescription makeOffer(const NegotiationConfig& config, const OfferOptions& options) {
  SessionDescription offer;
  addSessionLines(offer, config);

  const OfferedCodecs codecs = numberCodecs(config.codecs, config.audio_medias);
  if (options.audio && config.audio_medias > 0 && !codecs.audio.empty())
    offer.media.push_back(rtpSection(config, rtp::MediaKind::Audio, codecs.audio));
  if (options.video && config.video_medias > 0 && !codecs.video.empty())
    offer.media.push_back(rtpSection(config, rtp::MediaKind::Video, codecs.video));
  if (config.profile != Profile::WebRtc) return offer;

  if (config.use_data_channels) offer.media.push_back(dataSection(config));
  std::string group = "BUNDLE";
  for (const MediaDescription& media : offer.media) {
    group += ' ';
    group += media.value("mid").value_or("");
  }
  if (!offer.media.empty()) offer.addAttribute("group", std::move(group));
  return offer;
}

}  // namespace ms::sdp
