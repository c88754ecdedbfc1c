#include "server/packet/dtls/fingerprint.h"

#include <algorithm>

namespace ms::dtls {
namespace {

constexpr std::array kHashFunctions{HashFunction::Sha1, HashFunction::Sha256, HashFunction::Sha384,
                                    HashFunction::Sha512};

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool sameName(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lowered, lowered);
}

std::optional<HashFunction> hashNamed(std::string_view name) {
  for (const HashFunction hash : kHashFunctions)
    if (sameName(name, nameOf(hash))) return hash;
  return std::nullopt;
}

std::optional<std::uint8_t> hexDigit(char c) {
  const char lower = lowered(c);
  if (lower >= '0' && lower <= '9') return static_cast<std::uint8_t>(lower - '0');
  if (lower >= 'a' && lower <= 'f') return static_cast<std::uint8_t>(lower - 'a' + 10);
  return std::nullopt;
}

}  // namespace

std::string_view nameOf(HashFunction hash) {
  switch (hash) {
    case HashFunction::Sha1:
      return "sha-1";
    case HashFunction::Sha256:
      return "sha-256";
    case HashFunction::Sha384:
      return "sha-384";
    case HashFunction::Sha512:
      return "sha-512";
  }
  return "";
}

std::size_t digestBytes(HashFunction hash) {
  switch (hash) {
    case HashFunction::Sha1:
      return 20;
    case HashFunction::Sha256:
      return 32;
    case HashFunction::Sha384:
      return 48;
    case HashFunction::Sha512:
      return 64;
  }
  return 0;
}

std::optional<Fingerprint> Fingerprint::make(HashFunction hash, Bytes digest) {
  if (digest.size() != digestBytes(hash)) return std::nullopt;
  Fingerprint made;
  made.hash_ = hash;
  std::ranges::copy(digest, made.digest_.begin());
  return made;
}

std::optional<Fingerprint> Fingerprint::parse(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto hash = hashNamed(text.substr(0, space));
  if (!hash) return std::nullopt;

  const std::string_view hex = text.substr(space + 1);
  if (hex.size() != digestBytes(*hash) * 3 - 1) return std::nullopt;
  Fingerprint parsed;
  parsed.hash_ = *hash;
  for (std::size_t i = 0; i < digestBytes(*hash); ++i) {
    const auto high = hexDigit(hex[3 * i]), low = hexDigit(hex[3 * i + 1]);
    if (!high || !low) return std::nullopt;
    if (3 * i + 2 < hex.size() && hex[3 * i + 2] != ':') return std::nullopt;
    parsed.digest_[i] = static_cast<std::uint8_t>(*high << 4 | *low);
  }
  return parsed;
}

std::string Fingerprint::toText() const {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text(nameOf(hash_));
  char separator = ' ';
  for (const std::uint8_t byte : digest()) {
    text += separator;
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
    separator = ':';
  }
  return text;
}

}  // namespace ms::dtls
