#include "server/packet/sdp/media_lines.h"

#include <string>

#include "server/packet/sdp/attributes.h"

namespace ms::sdp {
namespace {

const RtpPorts& portsOf(const NegotiationConfig& config, rtp::MediaKind kind) {
  return kind == rtp::MediaKind::Audio ? config.audio_ports : config.video_ports;
}

}  // namespace

void addSessionLines(SessionDescription& session, const NegotiationConfig& config) {
  const std::string version = std::to_string(config.local.ntp_seconds);
  const std::string connection = writeConnection(config.address);
  session.add('o', "- " + version + ' ' + version + ' ' + connection);
  session.add('s', "Kurento Media Server");
  session.add('c', connection);
  session.add('t', "0 0");
}

void addRtcpLine(MediaDescription& media, const NegotiationConfig& config, rtp::MediaKind kind) {
  if (config.profile == Profile::WebRtc) {
    media.addAttribute("rtcp", "9 IN IP4 0.0.0.0");
  } else {
    media.addAttribute("rtcp", std::to_string(portsOf(config, kind).rtcp));
  }
}

void addTransportLines(MediaDescription& media, const NegotiationConfig& config) {
  if (config.profile != Profile::WebRtc) return;
  media.addAttribute("ice-ufrag", config.local.ice.ufrag);
  media.addAttribute("ice-pwd", config.local.ice.pwd);
  media.addAttribute("fingerprint", write(config.local.fingerprint));
}

void addSsrcLine(MediaDescription& media, const NegotiationConfig& config, rtp::MediaKind kind) {
  media.addAttribute("ssrc",
                     std::to_string(*localSsrc(config, kind)) + " cname:" + config.local.cname);
}

void addRtxLines(MediaDescription& media, rtp::PayloadType payload_type, rtp::PayloadType rtx,
                 std::uint32_t clock_rate) {
  const std::string number = std::to_string(*rtx);
  media.formats.push_back(number);
  media.addAttribute("rtpmap", number + " rtx/" + std::to_string(clock_rate));
  media.addAttribute("fmtp", number + " apt=" + std::to_string(*payload_type));
}

void addRtxSsrcLines(MediaDescription& media, const NegotiationConfig& config) {
  const std::string rtx = std::to_string(*config.local.video_rtx_ssrc);
  media.addAttribute("ssrc", rtx + " cname:" + config.local.cname);
  media.addAttribute("ssrc-group", "FID " + std::to_string(*config.local.video_ssrc) + ' ' + rtx);
}

void addSctpLines(MediaDescription& media, const NegotiationConfig& config, std::uint16_t port) {
  media.addAttribute("sctp-port", std::to_string(port));
  if (config.max_message_bytes > 0)
    media.addAttribute("max-message-size", std::to_string(config.max_message_bytes));
}

std::uint16_t localPort(const NegotiationConfig& config, rtp::MediaKind kind) {
  return config.profile == Profile::WebRtc ? kWebRtcPort : portsOf(config, kind).rtp;
}

rtp::Ssrc localSsrc(const NegotiationConfig& config, rtp::MediaKind kind) {
  return kind == rtp::MediaKind::Audio ? config.local.audio_ssrc : config.local.video_ssrc;
}

}  // namespace ms::sdp
