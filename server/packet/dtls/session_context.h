// What all DTLS sessions of one certificate have in common: DTLS 1.2 only, ECDHE with AEAD ciphers,
// no renegotiation, no resumption, the SRTP profiles in our order of preference (RFC 5764, RFC 8827
// §6.5). Included by .cpp files only.
#pragma once

#include <openssl/ssl.h>

#include "server/packet/dtls/openssl_handles.h"

namespace ms::dtls {

// Decides on the peer's certificate during the handshake. Lives in the SSL object's application
// data as long as the SSL object does.
class PeerVerifier {
 public:
  virtual bool accepts(const X509* certificate) = 0;

 protected:
  ~PeerVerifier() = default;
};

// DtlsSession::handleTimeout() makes OpenSSL's timer run out by writing to the time that OpenSSL
// shows us. Since 3.2 it shows a copy, and then that needs another way.
inline constexpr unsigned long kFirstUnfitOpenSsl = 0x30200000L;
static_assert(OPENSSL_VERSION_NUMBER < kFirstUnfitOpenSsl);

// Nothing when the library refuses a setting.
SslContextHandle makeSessionContext();

}  // namespace ms::dtls
