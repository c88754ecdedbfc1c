#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/packet/sdp/offer_answer.h"

namespace {

using namespace ms::sdp;

void check(bool promise) {
  if (!promise) std::abort();
}

NegotiationConfig offeringConfig() {
  NegotiationConfig config;
  config.codecs = webRtcCodecs(defaultCodecPreferences(), H265::Enabled);
  config.use_data_channels = true;
  const std::array<std::uint8_t, LocalParameters::kEntropyBytes> entropy{1, 2, 3};
  config.local = LocalParameters::make(entropy);
  config.local.fingerprint = {"sha-256", std::vector<std::uint8_t>(32, 7)};
  return config;
}

bool isOffered(const MediaDescription& offered, const NegotiatedCodec& codec) {
  for (const std::string& format : offered.formats)
    if (format == std::to_string(*codec.payload_type)) return true;
  return false;
}

}  // namespace

// Whatever the bytes: an answer that is accepted agrees on nothing that was not offered.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const NegotiationConfig kConfig = offeringConfig();
  static const SessionDescription kOffer = makeOffer(kConfig);

  const auto accepted = processAnswer(kOffer, {reinterpret_cast<const char*>(data), size}, kConfig);
  if (!accepted) return 0;

  const NegotiatedSession& session = accepted->session;
  check(session.media.size() <= 2 && session.transports.size() <= 3);
  for (const NegotiatedMedia& media : session.media) {
    check(media.mline < kOffer.media.size() && media.transport < session.transports.size());
    check(!media.codecs.empty());
    for (const NegotiatedCodec& codec : media.codecs)
      check(isOffered(kOffer.media[media.mline], codec));
  }
  for (const NegotiatedTransport& transport : session.transports)
    check(transport.remote_candidates.size() <= kMaxRemoteCandidates);
  return 0;
}
