// User name fragment and password of one side of an ICE session (RFC 8839 §5.4).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ms::ice {

struct Credentials {
  // 24 bits and 128 bits of randomness are the least; an ice-char carries 6.
  static constexpr std::size_t kMinUfragChars = 4;
  static constexpr std::size_t kMinPwdChars = 22;
  static constexpr std::size_t kMaxChars = 256;
  // One random byte per character made.
  static constexpr std::size_t kEntropyBytes = kMinUfragChars + kMinPwdChars;

  std::string ufrag;
  std::string pwd;

  // From bytes that the caller drew from a cryptographic source; each is used once.
  static Credentials make(std::span<const std::uint8_t, kEntropyBytes> entropy);

  friend bool operator==(const Credentials&, const Credentials&) = default;
};

// ALPHA / DIGIT / "+" / "/"
bool isIceChar(char c);
bool isValidUfrag(std::string_view text);
bool isValidPwd(std::string_view text);

}  // namespace ms::ice
