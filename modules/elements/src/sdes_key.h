// The SDES register of the API as parameters of SRTP.
#pragma once

#include <optional>

#include "modules/elements/api.h"
#include "server/packet/sdp/negotiated.h"

namespace ms::elements {

// Nothing without a suite: plain RTP. Without a key a random one is made. 40107 for a key that has
// not the size of the suite, or is no base64.
std::optional<sdp::CryptoParameters> cryptoOf(const api::SDES& sdes);

}  // namespace ms::elements
