// What the tests of negotiation share: a configuration, descriptions of real browsers (testdata/,
// each file says in its first line how it was made) and views of sections as text.
#pragma once

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/packet/sdp/crypto.h"
#include "server/packet/sdp/offer_answer.h"

namespace ms::sdp {

inline LocalParameters testParameters() {
  std::array<std::uint8_t, LocalParameters::kEntropyBytes> entropy{};
  std::iota(entropy.begin(), entropy.end(), std::uint8_t{1});
  LocalParameters local = LocalParameters::make(entropy);
  local.fingerprint = {"sha-256", std::vector<std::uint8_t>(32, 0xab)};
  local.ntp_seconds = 3696336115;
  return local;
}

inline NegotiationConfig webRtcConfig() {
  NegotiationConfig config;
  config.codecs = webRtcCodecs(defaultCodecPreferences(), H265::Disabled);
  config.local = testParameters();
  return config;
}

inline NegotiationConfig plainRtpConfig() {
  NegotiationConfig config;
  config.profile = Profile::PlainRtp;
  config.codecs = defaultCodecPreferences();
  config.local = testParameters();
  config.address = "198.51.100.1";
  config.audio_ports = {.rtp = 6416, .rtcp = 6417};
  config.video_ports = {.rtp = 6418, .rtcp = 6419};
  return config;
}

// With SDES: the key is the bytes 1, 2, 3, ...
inline NegotiationConfig sdesConfig(CryptoSuite suite = CryptoSuite::AesCm128HmacSha1_80) {
  NegotiationConfig config = plainRtpConfig();
  std::vector<std::uint8_t> key(masterKeyBytes(suite));
  std::iota(key.begin(), key.end(), std::uint8_t{1});
  config.crypto = {.tag = 1, .suite = suite, .key = std::move(key)};
  return config;
}

inline std::string fixture(std::string_view name) {
  const auto path =
      std::filesystem::path("server/packet/sdp/testdata") / (std::string(name) + ".sdp");
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The session part of an offer, to which a test adds its m-lines.
inline const std::string kSession = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

// What every WebRTC section of an offer needs.
inline const std::string kTransport =
    "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n"
    "a=fingerprint:sha-256 "
    "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:"
    "1F\r\na=setup:actpass\r\na=rtcp-mux\r\n";

inline const std::string kOpus = "a=rtpmap:111 opus/48000/2\r\n";
inline const std::string kVp8 = "a=rtpmap:96 VP8/90000\r\n";
inline const std::string kAudio = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" + kOpus + kTransport;
inline const std::string kVideo = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n" + kVp8 + kTransport;
inline const std::string kData =
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000\r\n" + kTransport;

// "name" or "name:value" of each attribute.
inline std::vector<std::string> attributesOf(const Section& section) {
  std::vector<std::string> result;
  for (const Attribute& attribute : section.attributes)
    result.push_back(attribute.value ? attribute.name + ':' + *attribute.value : attribute.name);
  return result;
}

inline std::vector<std::string> valuesOf(const Section& section, std::string_view name) {
  std::vector<std::string> result;
  for (const std::string_view value : section.values(name)) result.emplace_back(value);
  return result;
}

}  // namespace ms::sdp
