// Why an RTCP datagram, or one packet in it, was not taken: one counter each.
#pragma once

#include <cstdint>
#include <string_view>

namespace ms::rtcp {

enum class Drop : std::uint8_t {
  TooShort,    // Ends before its header, or before what its counts announce.
  BadVersion,  // Not version 2.
  BadLength,   // Length fields that do not add up to the datagram.
  BadPadding,  // More than there is room, or none where some is announced.
  BadType,     // Not an RTCP packet type (RFC 5761 §4: 192..223).
  BadContent,  // Well framed, but against the rules of its type.
  Count,
};

std::string_view dropName(Drop reason);

}  // namespace ms::rtcp
