#include "server/base/base64.h"

namespace ms {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string writeBase64(Bytes bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  unsigned pending = 0;  // Bits of `bits` that are not written yet.
  for (const std::uint8_t byte : bytes) {
    bits = bits << 8 | byte;
    for (pending += 8; pending >= 6; pending -= 6) text += kAlphabet[bits >> (pending - 6) & 0x3f];
  }
  if (pending > 0) text += kAlphabet[bits << (6 - pending) & 0x3f];
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::optional<std::vector<std::uint8_t>> parseBase64(std::string_view text) {
  if (text.size() % 4 == 0)
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;

  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned pending = 0;  // Bits of `bits` that belong to no byte yet.
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    pending += 6;
    if (pending < 8) continue;
    pending -= 8;
    bytes.push_back(static_cast<std::uint8_t>(bits >> pending));
  }
  if ((bits & ((1u << pending) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace ms
