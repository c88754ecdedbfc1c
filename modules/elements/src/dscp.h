// The differentiated-services code point that a DSCPValue of the API stands for (RFC 2474, RFC
// 4594, RFC 8837 for the WebRTC names).
#pragma once

#include "modules/elements/api.h"

namespace ms::elements {

inline constexpr int kNoDscp = -1;  // Leave the socket as the system made it.

// 0..63, or kNoDscp.
int dscpOf(api::DSCPValue value);

}  // namespace ms::elements
