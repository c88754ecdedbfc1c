// The TLS settings of a listener or of a client: TLS 1.2 and newer, no renegotiation.
#pragma once

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace ms::rpc {

struct TlsCertificate {
  std::string file;  // PEM: certificate chain and private key.
  std::string password;
};

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// Throws std::runtime_error with the reason.
TlsContext makeTlsServerContext(const TlsCertificate& certificate);
TlsContext makeTlsClientContext();

}  // namespace ms::rpc
