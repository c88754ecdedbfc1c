// SHA1_Update and its like are deprecated since OpenSSL 3.0. Their successors cannot copy a hash
// that is under way without an allocation (docs/decisions/0007-srtp-on-libcrypto.md).
#define OPENSSL_SUPPRESS_DEPRECATED
#include "server/packet/srtp/hmac_sha1.h"

#include <openssl/crypto.h>

#include <algorithm>

namespace ms::srtp {
namespace {

constexpr std::uint8_t kInnerPad = 0x36;
constexpr std::uint8_t kOuterPad = 0x5c;

void begin(SHA_CTX& hash, Bytes key, std::uint8_t pad) {
  std::array<std::uint8_t, SHA_CBLOCK> block{};
  std::copy_n(key.begin(), std::min(key.size(), block.size()), block.begin());
  for (std::uint8_t& byte : block) byte ^= pad;
  SHA1_Init(&hash);
  SHA1_Update(&hash, block.data(), block.size());
  OPENSSL_cleanse(block.data(), block.size());
}

}  // namespace

HmacSha1::HmacSha1(Bytes key) {
  begin(inner_, key, kInnerPad);
  begin(outer_, key, kOuterPad);
}

HmacSha1::~HmacSha1() {
  OPENSSL_cleanse(&inner_, sizeof inner_);
  OPENSSL_cleanse(&outer_, sizeof outer_);
}

HmacSha1::Digest HmacSha1::digest(Bytes first, Bytes second) const {
  Digest digest;
  SHA_CTX hash = inner_;
  SHA1_Update(&hash, first.data(), first.size());
  SHA1_Update(&hash, second.data(), second.size());
  SHA1_Final(digest.data(), &hash);
  hash = outer_;
  SHA1_Update(&hash, digest.data(), digest.size());
  SHA1_Final(digest.data(), &hash);
  return digest;
}

}  // namespace ms::srtp
