#include "server/packet/dtls/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <cctype>
#include <utility>
#include <vector>

#include "server/packet/dtls/openssl_handles.h"
#include "server/packet/dtls/session_context.h"

namespace ms::dtls {
namespace {

using Error = std::unexpected<std::string>;

constexpr unsigned kRsaBits = 2048;
constexpr std::size_t kMaxChainCertificates = 8;
constexpr std::chrono::days kClockDifference{1};

std::string openSslReason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason ? reason : "unknown reason";
}

KeyHandle makeKey(KeyType type) {
  return KeyHandle(type == KeyType::Rsa ? EVP_RSA_gen(kRsaBits) : EVP_EC_gen("P-256"));
}

bool setRandomSerial(X509* certificate) {
  // Positive and not zero, at most 20 octets (RFC 5280 §4.1.2.2).
  std::unique_ptr<BIGNUM, Releaser<BN_free>> serial(BN_new());
  return serial && BN_rand(serial.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate));
}

bool setName(X509* certificate) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto add = [name](const char* field, const char* value) {
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_ASC,
                                      reinterpret_cast<const unsigned char*>(value), -1, -1, 0);
  };
  return add("C", "SE") && add("CN", "Kurento") && X509_set_issuer_name(certificate, name);
}

bool setValidity(X509* certificate, Certificate::WallClock::time_point now) {
  const std::time_t from = Certificate::WallClock::to_time_t(now - kClockDifference);
  const std::time_t until = Certificate::WallClock::to_time_t(now + Certificate::kValidity);
  return ASN1_TIME_set(X509_getm_notBefore(certificate), from) &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), until);
}

X509Handle signSelf(EVP_PKEY* key, Certificate::WallClock::time_point now) {
  X509Handle certificate(X509_new());
  if (!certificate || !X509_set_version(certificate.get(), X509_VERSION_3) ||
      !setRandomSerial(certificate.get()) || !setName(certificate.get()) ||
      !setValidity(certificate.get(), now) || !X509_set_pubkey(certificate.get(), key) ||
      !X509_sign(certificate.get(), key, EVP_sha256())) {
    return nullptr;
  }
  return certificate;
}

BioHandle readerOf(std::string_view text) {
  return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Never asks a terminal for a passphrase.
int noPassphrase(char*, int, int, void*) { return -1; }

KeyHandle readKey(std::string_view pem) {
  const BioHandle reader = readerOf(pem);
  return KeyHandle(PEM_read_bio_PrivateKey(reader.get(), nullptr, noPassphrase, nullptr));
}

std::vector<X509Handle> readCertificates(std::string_view pem) {
  std::vector<X509Handle> certificates;
  const BioHandle reader = readerOf(pem);
  while (certificates.size() < kMaxChainCertificates) {
    X509Handle next(PEM_read_bio_X509(reader.get(), nullptr, noPassphrase, nullptr));
    if (!next) break;
    certificates.push_back(std::move(next));
  }
  return certificates;
}

std::optional<Fingerprint> sha256Of(const X509* certificate) {
  std::uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (!X509_digest(certificate, EVP_sha256(), digest, &size)) return std::nullopt;
  return Fingerprint::make(HashFunction::Sha256, Bytes(digest, size));
}

}  // namespace

struct Certificate::Parts {
  SslContextHandle context;
  Fingerprint fingerprint;
  std::vector<std::uint8_t> der;

  static std::expected<Certificate, std::string> make(EVP_PKEY* key,
                                                      const std::vector<X509Handle>& certificates) {
    // The library found at run time may be newer than the one of the build.
    if (OpenSSL_version_num() >= kFirstUnfitOpenSsl)
      return Error("DTLS needs OpenSSL 3.0 or 3.1 at run time");
    SslContextHandle context = makeSessionContext();
    if (!context) return Error("the DTLS library cannot be set up: " + openSslReason());
    if (!SSL_CTX_use_certificate(context.get(), certificates.front().get()) ||
        !SSL_CTX_use_PrivateKey(context.get(), key)) {
      return Error("the certificate cannot be used: " + openSslReason());
    }
    for (std::size_t i = 1; i < certificates.size(); ++i)
      if (!SSL_CTX_add1_chain_cert(context.get(), certificates[i].get()))
        return Error("the certificate chain cannot be used: " + openSslReason());
    const auto fingerprint = sha256Of(certificates.front().get());
    if (!fingerprint) return Error("the fingerprint cannot be made: " + openSslReason());
    return Certificate(std::make_shared<const Parts>(std::move(context), *fingerprint,
                                                     derOf(certificates.front().get())));
  }

  Parts(SslContextHandle context_, Fingerprint fingerprint_, std::vector<std::uint8_t> der_)
      : context(std::move(context_)), fingerprint(fingerprint_), der(std::move(der_)) {}
};

Certificate::Certificate(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}

std::expected<Certificate, std::string> Certificate::makeSelfSigned(KeyType type,
                                                                    WallClock::time_point now) {
  const KeyHandle key = makeKey(type);
  if (!key) return Error("no private key can be made: " + openSslReason());
  std::vector<X509Handle> certificates;
  certificates.push_back(signSelf(key.get(), now));
  if (!certificates.front()) return Error("no certificate can be made: " + openSslReason());
  return Parts::make(key.get(), certificates);
}

std::expected<Certificate, std::string> Certificate::fromPem(std::string_view pem) {
  if (pem.size() > kMaxPemBytes) return Error("the PEM text is longer than 64 KiB");
  const KeyHandle key = readKey(pem);
  if (!key) {
    ERR_clear_error();
    return Error("the PEM text has no private key that can be read without a passphrase");
  }
  const std::vector<X509Handle> certificates = readCertificates(pem);
  ERR_clear_error();
  if (certificates.empty()) return Error("the PEM text has no certificate");
  if (!X509_check_private_key(certificates.front().get(), key.get())) {
    ERR_clear_error();
    return Error("the private key is not the one of the first certificate");
  }
  return Parts::make(key.get(), certificates);
}

const Fingerprint& Certificate::fingerprint() const { return parts_->fingerprint; }
const std::vector<std::uint8_t>& Certificate::der() const { return parts_->der; }
ssl_ctx_st* Certificate::context() const { return parts_->context.get(); }

}  // namespace ms::dtls
