// One DTLS 1.2 association (RFC 6347) over datagrams that others carry: the handshake that proves
// the peer is the one of the signalled fingerprint and makes the SRTP keys (RFC 5764), then
// application data (SCTP).
//
// Driven by the transport of a peer with what arrives from a checked ICE candidate pair; time comes
// in with every call. What an unauthenticated peer can make it keep is bounded: one certificate
// message (16 KiB) in reassembly, ten messages and a hundred records ahead of their turn (OpenSSL's
// limits), 64 datagrams to send. A destroyed session calls nobody; do not destroy it inside a
// callback.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "server/base/bytes.h"
#include "server/base/units.h"
#include "server/packet/dtls/certificate.h"
#include "server/packet/dtls/fingerprint.h"
#include "server/packet/srtp/srtp_keys.h"

namespace ms::dtls {

enum class DtlsState : std::uint8_t { New, Connecting, Connected, Failed, Closed };
enum class DtlsRole : std::uint8_t { Client, Server };

// Why a session is Failed.
enum class DtlsFailure : std::uint8_t {
  None,
  Library,              // OpenSSL cannot make a session.
  Timeout,              // No answer, or none that completes the handshake.
  FingerprintMismatch,  // The peer's certificate is not the signalled one.
  Protocol,             // A fatal alert, or no common cipher, or a broken handshake.
};

// A certificate as statistics show it.
struct CertificateDer {
  Fingerprint fingerprint;  // SHA-256.
  std::vector<std::uint8_t> der;
};

class DtlsObserver {
 public:
  virtual void onDtlsDatagram(Bytes datagram) = 0;  // To be sent now; valid during the call.
  virtual void onDtlsState(DtlsState state) = 0;
  virtual void onDtlsApplicationData(Bytes data) = 0;

 protected:
  ~DtlsObserver() = default;
};

// By preference. A server takes the first of its own that the client has too, whatever the client's
// order. Short tags are not for WebRTC (RFC 8827 §6.5), and AES-256 in counter mode has no number
// in DTLS.
inline constexpr std::array kSrtpProfiles = {
    srtp::Profile::AeadAes128Gcm,
    srtp::Profile::AeadAes256Gcm,
    srtp::Profile::Aes128CmHmacSha1_80,
};

class DtlsSession {
 public:
  static constexpr std::size_t kMtuBytes = 1200;
  static constexpr std::size_t kMaxInputBytes = 4096;
  // What remains of the MTU for one record of application data.
  static constexpr std::size_t kMaxApplicationBytes = kMtuBytes - 64;

  // The peer's certificate must have one of `expected`; with none every handshake is refused.
  // `profiles` are some of kSrtpProfiles.
  DtlsSession(const Certificate& certificate, DtlsRole role, std::vector<Fingerprint> expected,
              DtlsObserver& observer, std::span<const srtp::Profile> profiles = kSrtpProfiles);
  ~DtlsSession();
  DtlsSession(const DtlsSession&) = delete;
  DtlsSession& operator=(const DtlsSession&) = delete;

  // The transport can carry datagrams: a client says hello, a server begins to listen.
  void start(Timestamp now);
  void receive(Bytes datagram, Timestamp now);
  Timestamp nextTimeout() const;
  void handleTimeout(Timestamp now);

  // False when not connected or `data` is longer than kMaxApplicationBytes.
  bool sendApplicationData(Bytes data);

  // Tells the peer (close_notify) and stops.
  void close();

  DtlsState state() const;
  DtlsFailure failure() const;
  // Only when connected, so only of a peer whose fingerprint was right. Nothing when the peer has
  // no SRTP profile in common with us.
  std::optional<srtp::SrtpKeys> srtpKeys() const;

  CertificateDer localCertificate() const;
  // Of a peer whose fingerprint was right.
  std::optional<CertificateDer> remoteCertificate() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace ms::dtls
