#include "bench/load/offer.h"

#include "bench/load/rpc_client.h"

namespace ms::load {
namespace {

std::string sessionPart(const std::string& address) {
  return "v=0\r\no=- 1 1 IN IP4 " + address + "\r\ns=-\r\nc=IN IP4 " + address + "\r\nt=0 0\r\n";
}

// The m-line and what does not depend on the transport.
std::string mediaPart(const PeerSettings& settings, std::uint16_t port,
                      const std::string& protocol) {
  const MediaFormat& format = settings.format;
  const std::string number = std::to_string(format.payload_type);
  const bool is_sending = settings.flow == Flow::Send;
  std::string text = "m=" + format.kind + ' ' + std::to_string(port) + ' ' + protocol + ' ' +
                     number + "\r\na=rtpmap:" + number + ' ' + format.name + "\r\n";
  if (!format.fmtp.empty()) text += "a=fmtp:" + number + ' ' + format.fmtp + "\r\n";
  text += is_sending ? "a=sendonly\r\n" : "a=recvonly\r\n";
  if (is_sending) text += "a=ssrc:" + std::to_string(settings.ssrc) + " cname:load\r\n";
  if (format.kind != "video") return text;
  for (const char* feedback : {"nack", "nack pli", "ccm fir", "goog-remb"})
    text += "a=rtcp-fb:" + number + ' ' + feedback + "\r\n";
  return text;
}

}  // namespace

std::string webRtcOffer(const PeerSettings& settings, const WebRtcParameters& parameters) {
  return sessionPart("0.0.0.0") + "a=group:BUNDLE 0\r\n" +
         mediaPart(settings, 9, "UDP/TLS/RTP/SAVPF") +
         "a=mid:0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=rtcp-mux\r\na=setup:actpass\r\na=ice-ufrag:" +
         parameters.credentials.ufrag + "\r\na=ice-pwd:" + parameters.credentials.pwd +
         "\r\na=fingerprint:" + parameters.fingerprint + "\r\na=" + parameters.candidate +
         "\r\na=end-of-candidates\r\n";
}

std::string rtpOffer(const PeerSettings& settings, std::uint16_t rtp_port) {
  return sessionPart(settings.address) + mediaPart(settings, rtp_port, "RTP/AVPF") +
         "a=rtcp:" + std::to_string(rtp_port + 1) + "\r\n";
}

sdp::SessionDescription acceptedAnswer(const std::string& answer) {
  auto session = sdp::SessionDescription::parse(answer);
  if (!session || session->media.size() != 1) throw LoadError("not an answer to one m-line");
  if (session->media.front().port == 0) throw LoadError("the server rejects the m-line");
  return std::move(*session);
}

}  // namespace ms::load
