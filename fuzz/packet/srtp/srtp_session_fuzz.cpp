#include "server/packet/srtp/srtp_session.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

namespace {

using namespace ms::srtp;

SrtpSession makeSession(Profile profile) {
  SrtpKeys keys{.profile = profile};
  for (std::size_t i = 0; i < kMaxMasterKeyBytes; ++i)
    keys.outbound[i] = keys.inbound[i] = static_cast<std::uint8_t>(i * 7);
  return *SrtpSession::make(keys);
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

// Bytes that were not sealed are never taken; bytes that were come back as they were, once.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 2000) return 0;
  const bool is_rtcp = data[0] & 1;
  SrtpSession session = makeSession(kProfiles[(data[0] >> 1) % kProfiles.size()]);
  const std::vector<std::uint8_t> plain(data + 1, data + size);

  std::vector<std::uint8_t> forged = plain;
  require(is_rtcp ? !session.unprotectRtcp(forged) : !session.unprotectRtp(forged));
  require(session.inboundSsrcs() == 0);

  std::vector<std::uint8_t> sealed = plain;
  sealed.resize(plain.size() + SrtpSession::kMaxTrailerBytes);
  const auto sealed_size = is_rtcp ? session.protectRtcp(sealed, plain.size())
                                   : session.protectRtp(sealed, plain.size());
  if (!sealed_size) return 0;  // Not a packet of its kind.
  sealed.resize(*sealed_size);
  std::vector<std::uint8_t> replayed = sealed;
  const auto opened = is_rtcp ? session.unprotectRtcp(sealed) : session.unprotectRtp(sealed);
  require(opened.has_value() && std::ranges::equal(*opened, plain));
  require(is_rtcp ? !session.unprotectRtcp(replayed) : !session.unprotectRtp(replayed));
  return 0;
}
