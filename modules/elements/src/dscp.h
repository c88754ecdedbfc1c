// The differentiated-services code point that a DSCPValue of the API stands for (RFC 2474, RFC
// 4594, RFC 8837 for the WebRTC names).
#pragma once

#include "modules/core/src/module_settings.h"
#include "modules/elements/api.h"

namespace ms::elements {

inline constexpr int kNoDscp = -1;  // Leave the socket as the system made it.

// 0..63, or kNoDscp.
int dscpOf(api::DSCPValue value);

// The constructor's value, or with NO_VALUE that of the configuration (WebRtcEndpoint, qos-dscp).
int dscpOf(api::DSCPValue value, const core::ModuleSettings& settings);

}  // namespace ms::elements
