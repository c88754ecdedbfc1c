// A cipher of libcrypto whose key was expanded once: each packet only sets another initialisation
// vector, which neither allocates nor locks.
#pragma once

#include <openssl/evp.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "server/base/bytes.h"

namespace ms::srtp {

enum class Direction : std::uint8_t { Seal, Open };

class KeyedCipher {
 public:
  // `key` is as long as `algorithm` wants it. Nothing when the library fails.
  static std::optional<KeyedCipher> make(const EVP_CIPHER* algorithm, Bytes key,
                                         Direction direction);

  // `iv` is as long as the algorithm wants it: 16 bytes for CTR, 12 for GCM.
  bool setIv(Bytes iv);
  // AEAD: bytes that are authenticated only; before apply().
  bool authenticate(Bytes data);
  // Encrypts or decrypts in place.
  bool apply(MutableBytes data);
  // AEAD, after apply(): makes the tag of what was sealed.
  bool makeTag(MutableBytes tag);
  // AEAD, after apply(): false when what was opened is not what was sealed.
  bool checkTag(MutableBytes tag);

 private:
  struct Release {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };
  using Handle = std::unique_ptr<EVP_CIPHER_CTX, Release>;

  explicit KeyedCipher(Handle context) : context_(std::move(context)) {}

  Handle context_;
};

}  // namespace ms::srtp
