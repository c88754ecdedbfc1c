#include "server/packet/srtp/session_keys.h"

#include <algorithm>
#include <utility>

#include "server/packet/srtp/keyed_cipher.h"

namespace ms::srtp {
namespace {

// RFC 3711 §4.3.1: labels of cipher key, authentication key and salt, for SRTP and for SRTCP.
constexpr std::uint8_t kRtpLabels = 0x00;
constexpr std::uint8_t kRtcpLabels = 0x03;
constexpr std::size_t kLabelAt = 7;

// The pseudo-random function: the keystream of AES in counter mode under the master key, from
// (label XOR salt) on. A salt of 96 bits stands to the left, followed by zeroes.
class Derivation {
 public:
  static std::optional<Derivation> make(Profile profile, const MasterKey& master) {
    const auto* aes = keyBytes(profile) == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
    auto cipher = KeyedCipher::make(aes, Bytes(master).first(keyBytes(profile)), Direction::Seal);
    if (!cipher) return std::nullopt;
    return Derivation(std::move(*cipher),
                      Bytes(master).subspan(keyBytes(profile), saltBytes(profile)));
  }

  // `out` is all zeroes.
  bool derive(unsigned label, MutableBytes out) {
    std::array<std::uint8_t, 16> counter{};
    std::ranges::copy(salt_, counter.begin());
    counter[kLabelAt] ^= static_cast<std::uint8_t>(label);
    return cipher_.setIv(counter) && cipher_.apply(out);
  }

 private:
  Derivation(KeyedCipher cipher, Bytes salt) : cipher_(std::move(cipher)), salt_(salt) {}

  KeyedCipher cipher_;
  Bytes salt_;
};

bool deriveKeySet(Derivation& derivation, Profile profile, unsigned first_label, KeySet& keys) {
  return derivation.derive(first_label, MutableBytes(keys.cipher).first(keyBytes(profile))) &&
         derivation.derive(first_label + 1, keys.authentication) &&
         derivation.derive(first_label + 2, MutableBytes(keys.salt).first(saltBytes(profile)));
}

}  // namespace

std::optional<SessionKeys> deriveSessionKeys(Profile profile, const MasterKey& master) {
  auto derivation = Derivation::make(profile, master);
  std::optional<SessionKeys> keys(SessionKeys{.profile = profile, .rtp = {}, .rtcp = {}});
  if (!derivation || !deriveKeySet(*derivation, profile, kRtpLabels, keys->rtp) ||
      !deriveKeySet(*derivation, profile, kRtcpLabels, keys->rtcp))
    return std::nullopt;
  return keys;
}

}  // namespace ms::srtp
