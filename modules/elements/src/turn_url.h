// The text that the turnUrl property and the turnURL configuration key take:
// "user:password@192.0.2.1:3478[?transport=udp|tcp|tls]" (reference, chapter 10).
#pragma once

#include <optional>
#include <string_view>

#include "server/net/ice_agent.h"

namespace ms::elements {

// Nothing when the text has another form. The address is not looked up: it has to be numeric.
std::optional<net::TurnServer> parseTurnUrl(std::string_view url);

}  // namespace ms::elements
