// HMAC-SHA1 (RFC 2104) with a key that stays: what the key contributes is hashed once, so that a
// message costs its own bytes and one block more, and nothing on the heap.
#pragma once

#include <openssl/sha.h>

#include <array>
#include <cstdint>

#include "server/base/bytes.h"

namespace ms::srtp {

class HmacSha1 {
 public:
  static constexpr std::size_t kDigestBytes = 20;
  static constexpr std::size_t kMaxKeyBytes = 64;  // Longer keys would have to be hashed first.
  using Digest = std::array<std::uint8_t, kDigestBytes>;

  // `key` has kMaxKeyBytes at most.
  explicit HmacSha1(Bytes key);
  HmacSha1(const HmacSha1&) = default;
  HmacSha1& operator=(const HmacSha1&) = default;
  ~HmacSha1();

  // Of `first` followed by `second`.
  Digest digest(Bytes first, Bytes second) const;

 private:
  SHA_CTX inner_{};  // Has hashed the key XOR ipad.
  SHA_CTX outer_{};  // Has hashed the key XOR opad.
};

}  // namespace ms::srtp
