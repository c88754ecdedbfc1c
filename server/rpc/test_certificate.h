// A self-signed certificate with its key in a file of its own, for tests of TLS.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace ms::rpc {

class TestCertificate {
 public:
  explicit TestCertificate(const std::string& password = "") {
    char name[] = "/tmp/certificate-XXXXXX";
    FILE* const out = fdopen(mkstemp(name), "w");
    file_ = name;
    EVP_PKEY* const key = EVP_EC_gen("P-256");
    X509* const certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    PEM_write_X509(out, certificate);
    PEM_write_PrivateKey(out, key, password.empty() ? nullptr : EVP_aes_128_cbc(),
                         reinterpret_cast<const unsigned char*>(password.data()),
                         static_cast<int>(password.size()), nullptr, nullptr);
    X509_free(certificate);
    EVP_PKEY_free(key);
    std::fclose(out);
  }
  ~TestCertificate() { unlink(file_.c_str()); }
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;

  const std::string& file() const { return file_; }

 private:
  std::string file_;
};

}  // namespace ms::rpc
