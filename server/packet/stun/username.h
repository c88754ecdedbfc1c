// The USERNAME of a STUN message, by which a check of a session's own peer is told from what
// anybody may send to a port (RFC 8445, section 7.2.2: "local ufrag:remote ufrag").
#pragma once

#include <string_view>

#include "server/base/bytes.h"

namespace ms::stun {

// A STUN message by its first bits and its magic cookie (RFC 8489, section 5).
bool isStunMessage(Bytes datagram) noexcept;
// Of such a message: the class is request, not response or indication.
bool isRequest(Bytes message) noexcept;

// The value of the first USERNAME attribute, as far as `message` reaches; empty: none. `message`
// may be the beginning of a longer one.
std::string_view usernameOf(Bytes message) noexcept;

// Whether `username` is that of a check for whoever has `ufrag`.
bool isAddressedTo(std::string_view username, std::string_view ufrag) noexcept;

}  // namespace ms::stun
