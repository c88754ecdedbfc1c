#include "server/packet/ice/credentials.h"

#include <algorithm>

namespace ms::ice {
namespace {

// Exactly 64, so that 6 random bits make one without bias.
constexpr std::string_view kIceChars =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string iceChars(std::span<const std::uint8_t> entropy) {
  std::string text;
  text.reserve(entropy.size());
  for (const std::uint8_t byte : entropy) text += kIceChars[byte & 0x3f];
  return text;
}

bool isIceText(std::string_view text, std::size_t min_chars) {
  return text.size() >= min_chars && text.size() <= Credentials::kMaxChars &&
         std::ranges::all_of(text, isIceChar);
}

}  // namespace

bool isIceChar(char c) { return kIceChars.find(c) != std::string_view::npos; }

bool isValidUfrag(std::string_view text) { return isIceText(text, Credentials::kMinUfragChars); }

bool isValidPwd(std::string_view text) { return isIceText(text, Credentials::kMinPwdChars); }

Credentials Credentials::make(std::span<const std::uint8_t, kEntropyBytes> entropy) {
  return {.ufrag = iceChars(entropy.first<kMinUfragChars>()),
          .pwd = iceChars(entropy.last<kMinPwdChars>())};
}

}  // namespace ms::ice
