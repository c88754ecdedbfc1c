#include "server/packet/dtls/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "server/packet/dtls/openssl_handles.h"

namespace ms::dtls {
namespace {

using ::testing::HasSubstr;

const Certificate::WallClock::time_point kNow{std::chrono::days(20000)};

const X509* x509Of(const Certificate& certificate) {
  return SSL_CTX_get0_certificate(certificate.context());
}

std::string toText(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

std::string keyPem(const Certificate& certificate) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), SSL_CTX_get0_privatekey(certificate.context()), nullptr,
                           nullptr, 0, nullptr, nullptr);
  return toText(bio.get());
}

std::string certificatePem(const Certificate& certificate) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), x509Of(certificate));
  return toText(bio.get());
}

std::string subjectOf(const Certificate& certificate) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(x509Of(certificate)), 0, XN_FLAG_RFC2253);
  return toText(bio.get());
}

Certificate ecdsa() { return *Certificate::makeSelfSigned(KeyType::Ecdsa, kNow); }

TEST(Certificate, IsSignedByItselfForKurentoForAYear) {
  const Certificate certificate = ecdsa();

  EXPECT_EQ(subjectOf(certificate), "CN=Kurento,C=SE");
  int days = 0, seconds = 0;
  ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(x509Of(certificate)),
                 X509_get0_notAfter(x509Of(certificate)));
  EXPECT_EQ(days, 366);
  EXPECT_EQ(X509_get_signature_nid(x509Of(certificate)), NID_ecdsa_with_SHA256);
}

TEST(Certificate, HasTheKeyThatWasAskedFor) {
  const auto rsa = Certificate::makeSelfSigned(KeyType::Rsa, kNow);

  ASSERT_TRUE(rsa);
  EXPECT_EQ(EVP_PKEY_get_bits(SSL_CTX_get0_privatekey(rsa->context())), 2048);
  EXPECT_EQ(EVP_PKEY_get_bits(SSL_CTX_get0_privatekey(ecdsa().context())), 256);
}

TEST(Certificate, IsEachTimeAnother) { EXPECT_NE(ecdsa().fingerprint(), ecdsa().fingerprint()); }

TEST(Certificate, IsReadFromPemInAnyOrder) {
  const Certificate made = ecdsa();

  const auto key_first = Certificate::fromPem(keyPem(made) + certificatePem(made));
  const auto certificate_first = Certificate::fromPem(certificatePem(made) + keyPem(made));

  ASSERT_TRUE(key_first) << key_first.error();
  ASSERT_TRUE(certificate_first) << certificate_first.error();
  EXPECT_EQ(key_first->fingerprint(), made.fingerprint());
  EXPECT_EQ(certificate_first->fingerprint(), made.fingerprint());
}

TEST(Certificate, SaysWhatIsWrongWithAPem) {
  const Certificate made = ecdsa();
  EXPECT_THAT(Certificate::fromPem("").error(), HasSubstr("no private key"));
  EXPECT_THAT(Certificate::fromPem("nonsense").error(), HasSubstr("no private key"));
  EXPECT_THAT(Certificate::fromPem(certificatePem(made)).error(), HasSubstr("no private key"));
  EXPECT_THAT(Certificate::fromPem(keyPem(made)).error(), HasSubstr("no certificate"));
  EXPECT_THAT(Certificate::fromPem(keyPem(made) + certificatePem(ecdsa())).error(),
              HasSubstr("not the one of the first certificate"));
  EXPECT_THAT(Certificate::fromPem(std::string(Certificate::kMaxPemBytes + 1, ' ')).error(),
              HasSubstr("longer than"));
}

}  // namespace
}  // namespace ms::dtls
