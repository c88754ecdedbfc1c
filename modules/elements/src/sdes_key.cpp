#include "modules/elements/src/sdes_key.h"

#include <cstdint>
#include <vector>

#include "server/base/base64.h"
#include "server/base/random.h"
#include "server/model/api_error.h"
#include "server/packet/sdp/crypto.h"

namespace ms::elements {
namespace {

sdp::CryptoSuite toSdp(api::CryptoSuite suite) {
  using enum api::CryptoSuite;
  switch (suite) {
    case Aes128CmHmacSha1_32:
      return sdp::CryptoSuite::AesCm128HmacSha1_32;
    case Aes128CmHmacSha1_80:
      return sdp::CryptoSuite::AesCm128HmacSha1_80;
    case Aes256CmHmacSha1_32:
      return sdp::CryptoSuite::Aes256CmHmacSha1_32;
    case Aes256CmHmacSha1_80:
      return sdp::CryptoSuite::Aes256CmHmacSha1_80;
  }
  return sdp::CryptoSuite::AesCm128HmacSha1_80;
}

// A text that is no base64 is a key of no size.
std::vector<std::uint8_t> keyOf(const api::SDES& sdes, std::size_t bytes) {
  if (sdes.key) return {sdes.key->begin(), sdes.key->end()};
  if (sdes.key_base64) return parseBase64(*sdes.key_base64).value_or(std::vector<std::uint8_t>());
  std::vector<std::uint8_t> key(bytes);
  SystemRandom().fill(key);
  return key;
}

}  // namespace

std::optional<sdp::CryptoParameters> cryptoOf(const api::SDES& sdes) {
  if (!sdes.crypto) return std::nullopt;
  sdp::CryptoParameters crypto{.suite = toSdp(*sdes.crypto), .key = {}};
  const std::size_t bytes = sdp::masterKeyBytes(crypto.suite);
  crypto.key = keyOf(sdes, bytes);
  if (crypto.key.size() != bytes)
    throw model::ApiError(model::ErrorCode::MediaObjectIllegalParam, "Master key size is wrong");
  return crypto;
}

}  // namespace ms::elements
