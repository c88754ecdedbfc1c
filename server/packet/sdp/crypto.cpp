#include "server/packet/sdp/crypto.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "server/base/base64.h"
#include "server/packet/sdp/words.h"

namespace ms::sdp {
namespace {

struct Suite {
  std::string_view name;
  std::size_t master_key_bytes;
};
// In the order of CryptoSuite.
constexpr Suite kSuites[] = {
    {"AES_CM_128_HMAC_SHA1_32", 30},
    {"AES_CM_128_HMAC_SHA1_80", 30},
    {"AES_256_CM_HMAC_SHA1_32", 46},
    {"AES_256_CM_HMAC_SHA1_80", 46},
};
constexpr std::uint32_t kMaxTag = 999'999'999;  // RFC 4568 §9.1: at most nine digits.
constexpr std::string_view kInline = "inline:";

const Suite& about(CryptoSuite suite) { return kSuites[static_cast<std::size_t>(suite)]; }

// A lifetime is for the sender of these packets to keep; we only receive them.
std::optional<std::vector<std::uint8_t>> parseKey(std::string_view text, CryptoSuite suite) {
  if (!text.starts_with(kInline)) return std::nullopt;
  text.remove_prefix(kInline.size());
  const std::string_view encoded = takeWord(text, "|");
  if (text.find_first_of(":;") != std::string_view::npos) return std::nullopt;
  auto key = parseBase64(encoded);
  if (!key || key->size() != masterKeyBytes(suite)) return std::nullopt;
  return key;
}

bool isIgnorable(std::string_view parameter) { return startsWithIgnoringCase(parameter, "WSH="); }

}  // namespace

std::string_view write(CryptoSuite suite) { return about(suite).name; }

std::optional<CryptoSuite> parseCryptoSuite(std::string_view text) {
  for (std::size_t i = 0; i < std::size(kSuites); ++i)
    if (kSuites[i].name == text) return static_cast<CryptoSuite>(i);
  return std::nullopt;
}

std::size_t masterKeyBytes(CryptoSuite suite) { return about(suite).master_key_bytes; }

std::optional<CryptoParameters> parseCrypto(std::string_view text) {
  const auto tag = parseNumber<std::uint32_t>(takeWord(text));
  const auto suite = parseCryptoSuite(takeWord(text));
  if (!tag || *tag > kMaxTag || !suite) return std::nullopt;
  auto key = parseKey(takeWord(text), *suite);
  if (!key || !std::ranges::all_of(words(text), isIgnorable)) return std::nullopt;
  return CryptoParameters{.tag = *tag, .suite = *suite, .key = std::move(*key)};
}

std::string write(const CryptoParameters& crypto) {
  return std::to_string(crypto.tag) + ' ' + std::string(write(crypto.suite)) + ' ' +
         std::string(kInline) + writeBase64(crypto.key);
}

std::optional<CryptoParameters> cryptoOf(const Section& section, CryptoSuite suite) {
  for (const std::string_view text : section.values("crypto"))
    if (auto crypto = parseCrypto(text); crypto && crypto->suite == suite) return crypto;
  return std::nullopt;
}

}  // namespace ms::sdp
