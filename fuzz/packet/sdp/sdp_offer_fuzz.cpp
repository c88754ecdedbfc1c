#include <cstdint>
#include <cstdlib>
#include <set>
#include <string_view>

#include "server/packet/sdp/offer_answer.h"
#include "server/packet/sdp/restart.h"
#include "server/packet/sdp/simulcast.h"

namespace {

using namespace ms::sdp;

void check(bool promise) {
  if (!promise) std::abort();
}

NegotiationConfig config(Profile profile) {
  NegotiationConfig config;
  config.profile = profile;
  config.codecs = profile == Profile::WebRtc
                      ? webRtcCodecs(defaultCodecPreferences(), H265::Enabled)
                      : defaultCodecPreferences();
  config.use_data_channels = true;
  const std::array<std::uint8_t, LocalParameters::kEntropyBytes> entropy{1, 2, 3};
  config.local = LocalParameters::make(entropy);
  config.local.fingerprint = {"sha-256", std::vector<std::uint8_t>(32, 7)};
  config.audio_ports = {.rtp = 5000, .rtcp = 5001};
  config.video_ports = {.rtp = 5002, .rtcp = 5003};
  return config;
}

NegotiationConfig sdesConfig() {
  NegotiationConfig result = config(Profile::PlainRtp);
  result.crypto = {
      .tag = 1, .suite = CryptoSuite::AesCm128HmacSha1_80, .key = std::vector<std::uint8_t>(30, 9)};
  return result;
}

// Both or neither, and both of the same suite and tag.
void checkKeys(const NegotiatedMedia& media, const NegotiationConfig& config) {
  check(media.crypto.has_value() == config.crypto.has_value());
  if (!media.crypto) return;
  check(media.crypto->local.suite == media.crypto->remote.suite);
  check(media.crypto->local.tag == media.crypto->remote.tag);
  check(media.crypto->local.key.size() == media.crypto->remote.key.size());
}

void checkLimits(const NegotiatedSession& session) {
  check(session.media.size() <= 2);
  check(session.transports.size() <= 3);
  for (const NegotiatedTransport& transport : session.transports)
    check(transport.remote_candidates.size() <= kMaxRemoteCandidates);
  for (const NegotiatedMedia& media : session.media) {
    check(!media.codecs.empty() && media.codecs.size() <= 128);
    check(media.remote_ssrcs.size() <= kMaxSsrcs);
    check(media.remote_rtx.size() <= kMaxSsrcGroups);
    check(media.remote_rids.size() <= kMaxSimulcastLayers && media.remote_rids.size() != 1);
    check(media.remote_rids.empty() || (media.rid_id && media.remote_simulcast_ssrcs.empty()));
    check(media.remote_simulcast_ssrcs.size() <= kMaxSimulcastLayers);
    std::set<std::uint8_t> payload_types;
    for (const NegotiatedCodec& codec : media.codecs)
      check(payload_types.insert(*codec.payload_type).second);
  }
}

void checkAnswer(std::string_view offer, const NegotiationConfig& config) {
  const auto answer = makeAnswer(offer, config);
  if (!answer) return;
  check(answer->local.media.size() == answer->remote.media.size());
  checkLimits(answer->session);
  for (const NegotiatedMedia& media : answer->session.media) checkKeys(media, config);

  // The same offer again restarts nothing.
  check(!makeRestartAnswer(offer, *answer, config.local.ice));

  // Our own answer parses again, and to the same.
  const auto again = SessionDescription::parse(write(answer->local));
  check(again.has_value() && *again == answer->local);
  for (std::size_t i = 0; i < answer->local.media.size(); ++i)
    check(answer->local.media[i].kind == answer->remote.media[i].kind);
}

}  // namespace

// Whatever the bytes: a description that parses comes back from its text; an answer to it has the
// same m-lines, parses again and stays within the limits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const NegotiationConfig kWebRtc = config(Profile::WebRtc);
  static const NegotiationConfig kPlainRtp = config(Profile::PlainRtp);
  static const NegotiationConfig kSdes = sdesConfig();
  const std::string_view text(reinterpret_cast<const char*>(data), size);

  const auto parsed = SessionDescription::parse(text);
  if (parsed && isWithinLimits(*parsed)) {
    const auto again = SessionDescription::parse(write(*parsed));
    check(again.has_value() && *again == *parsed);
  }
  checkAnswer(text, kWebRtc);
  checkAnswer(text, kPlainRtp);
  checkAnswer(text, kSdes);
  return 0;
}
