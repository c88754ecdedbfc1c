// The session keys of one direction, made of its master key (RFC 3711 §4.3, RFC 6188 §3,
// RFC 7714 §11). The derivation rate is 0: they are made once.
#pragma once

#include <openssl/crypto.h>

#include <array>
#include <cstdint>
#include <optional>

#include "server/base/bytes.h"
#include "server/packet/srtp/srtp_keys.h"

namespace ms::srtp {

inline constexpr std::size_t kAuthenticationKeyBytes = 20;

// Wiped when it goes. Sizes as the profile says; bytes past them are 0.
struct KeySet {
  std::array<std::uint8_t, 32> cipher{};
  std::array<std::uint8_t, 14> salt{};
  std::array<std::uint8_t, kAuthenticationKeyBytes> authentication{};  // Not used with an AEAD.

  KeySet() = default;
  KeySet(const KeySet&) = default;
  KeySet& operator=(const KeySet&) = default;
  ~KeySet() { OPENSSL_cleanse(this, sizeof *this); }
};

struct SessionKeys {
  Profile profile = Profile::AeadAes128Gcm;
  KeySet rtp;
  KeySet rtcp;
};

// Nothing when the library fails.
std::optional<SessionKeys> deriveSessionKeys(Profile profile, const MasterKey& master);

}  // namespace ms::srtp
