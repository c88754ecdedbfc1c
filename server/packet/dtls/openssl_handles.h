// OpenSSL's objects as unique_ptrs. Included by .cpp files only.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

namespace ms::dtls {

template <auto release>
struct Releaser {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};

using BioHandle = std::unique_ptr<BIO, Releaser<BIO_free_all>>;
using BioMethodHandle = std::unique_ptr<BIO_METHOD, Releaser<BIO_meth_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, Releaser<EVP_PKEY_free>>;
using X509Handle = std::unique_ptr<X509, Releaser<X509_free>>;
using SslContextHandle = std::unique_ptr<SSL_CTX, Releaser<SSL_CTX_free>>;

// The bytes of a certificate; empty when the library fails.
inline std::vector<std::uint8_t> derOf(const X509* certificate) {
  std::vector<std::uint8_t> der(
      static_cast<std::size_t>(std::max(i2d_X509(certificate, nullptr), 0)));
  unsigned char* at = der.data();
  if (!der.empty()) i2d_X509(certificate, &at);
  return der;
}

}  // namespace ms::dtls
