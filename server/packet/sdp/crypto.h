// a=crypto: keys of SRTP in the description itself (SDES, RFC 4568).
//
//   a=crypto:<tag> <suite> inline:<base64 of key and salt>[|<lifetime>][|<MKI>:<length>]
//   [<param>...]
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "server/packet/sdp/negotiated.h"
#include "server/packet/sdp/session_description.h"

namespace ms::sdp {

// The names of RFC 4568 §6.2 and RFC 6188 §3.
std::string_view write(CryptoSuite suite);
std::optional<CryptoSuite> parseCryptoSuite(std::string_view text);

// Of master key and salt together: 30 or 46.
std::size_t masterKeyBytes(CryptoSuite suite);

// Nothing when the line has not this form, or asks for what this server does not do: an unknown
// suite, another key length, several keys or an MKI, or any session parameter but WSH, which may be
// ignored (RFC 4568 §6.3).
std::optional<CryptoParameters> parseCrypto(std::string_view text);
std::string write(const CryptoParameters& crypto);

// The first usable line of the section with that suite.
std::optional<CryptoParameters> cryptoOf(const Section& section, CryptoSuite suite);

}  // namespace ms::sdp
