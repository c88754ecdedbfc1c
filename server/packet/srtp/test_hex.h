// For tests: bytes written as an RFC prints them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace ms::srtp {

// Two digits a byte; anything else is passed over.
inline std::vector<std::uint8_t> hex(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  unsigned value = 0, digits = 0;
  for (const char c : text) {
    const bool is_digit = c >= '0' && c <= '9', is_letter = c >= 'a' && c <= 'f';
    if (!is_digit && !is_letter) continue;
    value = value << 4 | static_cast<unsigned>(is_digit ? c - '0' : c - 'a' + 10);
    if (++digits % 2 == 0) bytes.push_back(static_cast<std::uint8_t>(value));
  }
  return bytes;
}

}  // namespace ms::srtp
