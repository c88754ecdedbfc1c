// The hash of a certificate, as SDP carries it (RFC 8122 §5): "sha-256 12:AB:...".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/bytes.h"

namespace ms::dtls {

enum class HashFunction : std::uint8_t { Sha1, Sha256, Sha384, Sha512 };

std::string_view nameOf(HashFunction hash);
std::size_t digestBytes(HashFunction hash);

class Fingerprint {
 public:
  static constexpr std::size_t kMaxBytes = 64;

  // Nothing when the digest has not exactly the length of its hash function.
  static std::optional<Fingerprint> make(HashFunction hash, Bytes digest);

  // Parses the value of a=fingerprint; the name of the hash in any case.
  static std::optional<Fingerprint> parse(std::string_view text);

  HashFunction hash() const { return hash_; }
  Bytes digest() const { return Bytes(digest_).first(digestBytes(hash_)); }
  std::string toText() const;

  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;

 private:
  HashFunction hash_ = HashFunction::Sha256;
  std::array<std::uint8_t, kMaxBytes> digest_{};
};

}  // namespace ms::dtls
