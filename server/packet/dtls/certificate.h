// The certificate that a server shows in its DTLS handshakes, with its private key and all that
// every session with it shares (ciphers, protocol versions, SRTP profiles).
//
// Made once per process and key type and then only read: copies share one state, on any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/packet/dtls/fingerprint.h"

struct ssl_ctx_st;

namespace ms::dtls {

enum class KeyType : std::uint8_t { Rsa, Ecdsa };  // RSA 2048, ECDSA on P-256.

class Certificate {
 public:
  using WallClock = std::chrono::system_clock;

  static constexpr std::chrono::days kValidity{365};
  static constexpr std::size_t kMaxPemBytes = 64 * 1024;

  // Self-signed with SHA-256, subject C=SE, CN=Kurento, valid from a day before `now` (clocks
  // differ) for a year. An RSA key takes some 100 ms. The error says in words what failed.
  static std::expected<Certificate, std::string> makeSelfSigned(KeyType type,
                                                                WallClock::time_point now);

  // `pem` holds a private key and a certificate, in any order; further certificates are sent as its
  // chain. The error says in words what is missing or does not fit.
  static std::expected<Certificate, std::string> fromPem(std::string_view pem);

  // Of the certificate, with SHA-256: for a=fingerprint.
  const Fingerprint& fingerprint() const;
  // The certificate itself, for statistics.
  const std::vector<std::uint8_t>& der() const;

  // For DtlsSession.
  ssl_ctx_st* context() const;

 private:
  struct Parts;
  explicit Certificate(std::shared_ptr<const Parts> parts);

  std::shared_ptr<const Parts> parts_;
};

}  // namespace ms::dtls
