// Base64 as in RFC 4648 §4.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/bytes.h"

namespace ms {

// With padding, in one line.
std::string writeBase64(Bytes bytes);

// The padding may be left out, as some senders do. Nothing when there is any other character, or
// bits behind the last byte.
std::optional<std::vector<std::uint8_t>> parseBase64(std::string_view text);

}  // namespace ms
