#include "server/rpc/tls_context.h"

#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>
#include <stdexcept>

namespace ms::rpc {
namespace {

namespace ssl = boost::asio::ssl;

TlsContext makeContext(ssl::context::method method) {
  auto context = std::make_shared<ssl::context>(method);
  SSL_CTX* const handle = context->native_handle();
  SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION);
  SSL_CTX_set_options(handle, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                  SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(handle, SSL_MODE_RELEASE_BUFFERS);  // Idle connections are many.
  return context;
}

}  // namespace

TlsContext makeTlsServerContext(const TlsCertificate& certificate) {
  try {
    TlsContext context = makeContext(ssl::context::tls_server);
    context->set_password_callback(
        [password = certificate.password](std::size_t, ssl::context::password_purpose) {
          return password;
        });
    context->use_certificate_chain_file(certificate.file);
    context->use_private_key_file(certificate.file, ssl::context::pem);
    return context;
  } catch (const std::exception& error) {
    throw std::runtime_error("certificate '" + certificate.file + "': " + error.what());
  }
}

// The registrar is told where this server is, nothing secret, and its certificate is often made by
// the operator: it is not checked.
TlsContext makeTlsClientContext() { return makeContext(ssl::context::tls_client); }

}  // namespace ms::rpc
