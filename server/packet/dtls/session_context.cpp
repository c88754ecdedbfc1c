#include "server/packet/dtls/session_context.h"

#include <openssl/x509_vfy.h>

namespace ms::dtls {
namespace {

constexpr char kCiphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr char kGroups[] = "X25519:P-256:P-384";

// What a peer may make us keep of its certificate message before we know who it is.
constexpr long kMaxPeerCertificateBytes = 16 * 1024;

// Certificates of WebRTC are self-signed: only the fingerprint of the signalled session counts
// (RFC 8827 §6.5), so this replaces the usual check of the chain.
int verifyPeer(X509_STORE_CTX* store, void*) {
  const SSL* ssl = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* verifier = static_cast<PeerVerifier*>(SSL_get_app_data(ssl));
  const X509* certificate = X509_STORE_CTX_get0_cert(store);
  if (verifier && certificate && verifier->accepts(certificate)) return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  return 0;
}

}  // namespace

SslContextHandle makeSessionContext() {
  SslContextHandle context(SSL_CTX_new(DTLS_method()));
  if (!context) return nullptr;
  SSL_CTX* const c = context.get();
  if (!SSL_CTX_set_min_proto_version(c, DTLS1_2_VERSION) ||
      !SSL_CTX_set_max_proto_version(c, DTLS1_2_VERSION) || !SSL_CTX_set_cipher_list(c, kCiphers) ||
      !SSL_CTX_set1_groups_list(c, kGroups)) {
    return nullptr;
  }
  SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_QUERY_MTU |
                             SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(c, 1);
  SSL_CTX_set_max_cert_list(c, kMaxPeerCertificateBytes);
  SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(c, verifyPeer, nullptr);
  return context;
}

}  // namespace ms::dtls
