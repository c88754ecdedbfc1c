#include "server/packet/dtls/dtls_session.h"

#include <openssl/err.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "server/packet/dtls/datagram_bio.h"
#include "server/packet/dtls/openssl_handles.h"
#include "server/packet/dtls/retransmission_schedule.h"
#include "server/packet/dtls/session_context.h"

namespace ms::dtls {
namespace {

constexpr std::size_t kMaxRecordBytes = 16 * 1024;

// RFC 6347 §4.1: type, version, epoch, number, length.
constexpr std::size_t kRecordHeaderBytes = 13, kEpochAt = 3, kLengthAt = 11;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kGcmNonceBytes = 8;  // In front, RFC 5288 §3.

// What protection adds to a record at least; before the cipher is agreed on, the most that it may
// be.
std::size_t protectionBytes(const SSL* ssl) {
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl);
  const bool is_chacha = cipher && SSL_CIPHER_get_cipher_nid(cipher) == NID_chacha20_poly1305;
  return is_chacha ? kTagBytes : kGcmNonceBytes + kTagBytes;
}

// One that cannot hold its protection. Anybody can send it, and it is to be discarded (RFC 6347
// §4.1.2.7); OpenSSL 3.0 ends the session over it, with an alert.
bool hasRecordTooShort(Bytes datagram, std::size_t protection) {
  while (datagram.size() >= kRecordHeaderBytes) {
    const std::size_t length = loadBe16(datagram, kLengthAt);
    if (loadBe16(datagram, kEpochAt) > 0 && length < protection) return true;
    datagram = datagram.subspan(std::min(kRecordHeaderBytes + length, datagram.size()));
  }
  return false;
}

// OpenSSL's timer reads the machine's clock; an hour keeps it from ever acting on its own.
unsigned int neverByItself(SSL*, unsigned int) { return 3'600'000'000u; }

const EVP_MD* digestOf(HashFunction hash) {
  switch (hash) {
    case HashFunction::Sha1:
      return EVP_sha1();
    case HashFunction::Sha256:
      return EVP_sha256();
    case HashFunction::Sha384:
      return EVP_sha384();
    case HashFunction::Sha512:
      return EVP_sha512();
  }
  return nullptr;
}

bool matches(const X509* certificate, const Fingerprint& expected) {
  std::uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  return X509_digest(certificate, digestOf(expected.hash()), digest, &size) &&
         std::ranges::equal(expected.digest(), Bytes(digest, size));
}

const char* opensslName(srtp::Profile profile) {
  switch (profile) {
    case srtp::Profile::AeadAes128Gcm:
      return "SRTP_AEAD_AES_128_GCM";
    case srtp::Profile::AeadAes256Gcm:
      return "SRTP_AEAD_AES_256_GCM";
    default:
      return "SRTP_AES128_CM_SHA1_80";
  }
}

// As OpenSSL wants them: one text with colons.
std::string profileList(std::span<const srtp::Profile> profiles) {
  std::string list;
  for (const srtp::Profile profile : profiles) {
    if (!list.empty()) list += ':';
    list += opensslName(profile);
  }
  return list;
}

std::optional<srtp::Profile> selectedProfile(SSL* ssl) {
  const SRTP_PROTECTION_PROFILE* selected = SSL_get_selected_srtp_profile(ssl);
  if (!selected) return std::nullopt;
  switch (selected->id) {
    case SRTP_AEAD_AES_128_GCM:
      return srtp::Profile::AeadAes128Gcm;
    case SRTP_AEAD_AES_256_GCM:
      return srtp::Profile::AeadAes256Gcm;
    case SRTP_AES128_CM_SHA1_80:
      return srtp::Profile::Aes128CmHmacSha1_80;
    default:
      return std::nullopt;
  }
}

// RFC 5764 §4.2: client's key, server's key, client's salt, server's salt.
std::optional<srtp::SrtpKeys> exportKeys(SSL* ssl, DtlsRole role) {
  const auto profile = selectedProfile(ssl);
  if (!profile) return std::nullopt;
  const std::size_t key = srtp::keyBytes(*profile), salt = srtp::saltBytes(*profile);
  constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
  std::array<std::uint8_t, 2 * srtp::kMaxMasterKeyBytes> material{};
  if (SSL_export_keying_material(ssl, material.data(), 2 * (key + salt), kLabel.data(),
                                 kLabel.size(), nullptr, 0, 0) != 1) {
    return std::nullopt;
  }
  srtp::MasterKey client{}, server{};
  const auto at = material.begin();
  std::copy_n(at, key, client.begin());
  std::copy_n(at + key, key, server.begin());
  std::copy_n(at + 2 * key, salt, client.begin() + key);
  std::copy_n(at + 2 * key + salt, salt, server.begin() + key);
  OPENSSL_cleanse(material.data(), material.size());
  if (role == DtlsRole::Client) return srtp::SrtpKeys{*profile, client, server};
  return srtp::SrtpKeys{*profile, server, client};
}

}  // namespace

struct DtlsSession::Parts final : PeerVerifier {
  Parts(const Certificate& certificate_, DtlsRole role_, std::vector<Fingerprint> expected_,
        DtlsObserver& observer_, std::span<const srtp::Profile> profiles)
      : certificate(certificate_),
        role(role_),
        expected(std::move(expected_)),
        srtp_profiles(profileList(profiles)),
        observer(observer_) {}

  bool accepts(const X509* peer) override {
    fingerprint_matched =
        std::ranges::any_of(expected, [peer](const auto& one) { return matches(peer, one); });
    fingerprint_refused = !fingerprint_matched;
    return fingerprint_matched;
  }

  bool makeSsl();
  void run(Timestamp now);
  void continueHandshake();
  void finishHandshake();
  void readApplicationData();
  void flush();
  void enter(DtlsState next);
  void fail(DtlsFailure reason);

  const Certificate certificate;
  const DtlsRole role;
  const std::vector<Fingerprint> expected;
  const std::string srtp_profiles;
  DtlsObserver& observer;

  DatagramPipe pipe;  // Outlives ssl.
  DatagramList sending;
  std::unique_ptr<SSL, Releaser<SSL_free>> ssl;
  RetransmissionSchedule schedule;
  std::optional<srtp::SrtpKeys> keys;
  DtlsState state = DtlsState::New;
  DtlsFailure failure = DtlsFailure::None;
  bool fingerprint_matched = false;
  bool fingerprint_refused = false;
};

bool DtlsSession::Parts::makeSsl() {
  ssl.reset(SSL_new(certificate.context()));
  BioHandle bio = makeDatagramBio(pipe);
  if (!ssl || !bio) return false;
  if (SSL_set_tlsext_use_srtp(ssl.get(), srtp_profiles.c_str()) != 0)
    return false;  // This one returns 0 for success.
  SSL_set_app_data(ssl.get(), static_cast<PeerVerifier*>(this));
  BIO* both_ways = bio.release();  // Now the SSL object's.
  SSL_set_bio(ssl.get(), both_ways, both_ways);
  SSL_set_mtu(ssl.get(), static_cast<long>(kMtuBytes));
  DTLS_set_timer_cb(ssl.get(), neverByItself);
  if (role == DtlsRole::Client) {
    SSL_set_connect_state(ssl.get());
  } else {
    SSL_set_accept_state(ssl.get());
  }
  return true;
}

// One step with whatever input there is; afterwards everything that came of it is told.
void DtlsSession::Parts::run(Timestamp now) {
  ERR_clear_error();
  if (state == DtlsState::Connecting) continueHandshake();
  if (state == DtlsState::Connecting && !pipe.output.empty()) schedule.onNewFlight(now);
  flush();
  if (state == DtlsState::Connected) readApplicationData();
  flush();
  pipe.input = {};
}

void DtlsSession::Parts::continueHandshake() {
  const int result = SSL_do_handshake(ssl.get());
  if (result == 1) return finishHandshake();
  const int error = SSL_get_error(ssl.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
  fail(fingerprint_refused ? DtlsFailure::FingerprintMismatch : DtlsFailure::Protocol);
}

void DtlsSession::Parts::finishHandshake() {
  if (!fingerprint_matched) return fail(DtlsFailure::FingerprintMismatch);
  schedule.stop();
  keys = exportKeys(ssl.get(), role);
  flush();
  enter(DtlsState::Connected);
}

void DtlsSession::Parts::readApplicationData() {
  std::array<std::uint8_t, kMaxRecordBytes> record;
  while (state == DtlsState::Connected) {
    const int size = SSL_read(ssl.get(), record.data(), static_cast<int>(record.size()));
    if (size > 0) {
      observer.onDtlsApplicationData(Bytes(record).first(static_cast<std::size_t>(size)));
      continue;
    }
    const int error = SSL_get_error(ssl.get(), size);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
    if (error == SSL_ERROR_ZERO_RETURN) {
      SSL_shutdown(ssl.get());  // Answers the peer's close_notify.
      flush();
      return enter(DtlsState::Closed);
    }
    return fail(DtlsFailure::Protocol);
  }
}

// The observer may call back into this session: what that adds is sent here, after the rest.
void DtlsSession::Parts::flush() {
  if (!sending.empty()) return;
  while (!pipe.output.empty()) {
    std::swap(sending, pipe.output);
    sending.forEach([this](Bytes datagram) { observer.onDtlsDatagram(datagram); });
    sending.clear();
  }
}

void DtlsSession::Parts::enter(DtlsState next) {
  if (next != DtlsState::Connected) keys.reset();
  state = next;
  observer.onDtlsState(next);
}

void DtlsSession::Parts::fail(DtlsFailure reason) {
  ERR_clear_error();
  schedule.stop();
  failure = reason;
  flush();  // The alert that says why.
  enter(DtlsState::Failed);
}

DtlsSession::DtlsSession(const Certificate& certificate, DtlsRole role,
                         std::vector<Fingerprint> expected, DtlsObserver& observer,
                         std::span<const srtp::Profile> profiles)
    : parts_(std::make_unique<Parts>(certificate, role, std::move(expected), observer, profiles)) {}

DtlsSession::~DtlsSession() = default;

void DtlsSession::start(Timestamp now) {
  Parts& p = *parts_;
  if (p.state != DtlsState::New) return;
  if (!p.makeSsl()) return p.fail(DtlsFailure::Library);
  p.enter(DtlsState::Connecting);
  if (p.role == DtlsRole::Server) return;
  p.schedule.begin(now);
  p.run(now);
}

void DtlsSession::receive(Bytes datagram, Timestamp now) {
  Parts& p = *parts_;
  if (p.state != DtlsState::Connecting && p.state != DtlsState::Connected) return;
  if (datagram.empty() || datagram.size() > kMaxInputBytes) return;
  if (hasRecordTooShort(datagram, protectionBytes(p.ssl.get()))) return;
  if (p.state == DtlsState::Connecting) p.schedule.begin(now);
  p.pipe.input = datagram;
  p.run(now);
}

Timestamp DtlsSession::nextTimeout() const { return parts_->schedule.next(); }

void DtlsSession::handleTimeout(Timestamp now) {
  Parts& p = *parts_;
  if (p.state != DtlsState::Connecting) return;
  if (p.schedule.shouldGiveUp(now)) return p.fail(DtlsFailure::Timeout);
  if (!p.schedule.isDue(now)) return;
  ERR_clear_error();
  p.schedule.onRetransmission(now);
  // The flight must be sealed anew with fresh record numbers, or a peer that has seen it would take
  // it for a replay and not repeat its answer. Only OpenSSL can do that, and only when it believes
  // that its timer ran out, so its due time is set to the distant past.
  if (p.pipe.retransmission_due) *p.pipe.retransmission_due = timeval{.tv_sec = 1, .tv_usec = 0};
  if (DTLSv1_handle_timeout(p.ssl.get()) < 0) return p.fail(DtlsFailure::Timeout);
  p.flush();
}

bool DtlsSession::sendApplicationData(Bytes data) {
  Parts& p = *parts_;
  if (p.state != DtlsState::Connected || data.empty() || data.size() > kMaxApplicationBytes)
    return false;
  ERR_clear_error();
  const int written = SSL_write(p.ssl.get(), data.data(), static_cast<int>(data.size()));
  p.flush();
  return written == static_cast<int>(data.size());
}

void DtlsSession::close() {
  Parts& p = *parts_;
  if (p.state == DtlsState::Failed || p.state == DtlsState::Closed) return;
  if (p.state == DtlsState::Connected) {
    ERR_clear_error();
    SSL_shutdown(p.ssl.get());
    p.flush();
  }
  p.schedule.stop();
  p.enter(DtlsState::Closed);
}

DtlsState DtlsSession::state() const { return parts_->state; }
DtlsFailure DtlsSession::failure() const { return parts_->failure; }
std::optional<srtp::SrtpKeys> DtlsSession::srtpKeys() const { return parts_->keys; }

CertificateDer DtlsSession::localCertificate() const {
  return {.fingerprint = parts_->certificate.fingerprint(), .der = parts_->certificate.der()};
}

std::optional<CertificateDer> DtlsSession::remoteCertificate() const {
  const Parts& p = *parts_;
  if (!p.ssl || !p.fingerprint_matched) return std::nullopt;
  const X509* peer = SSL_get0_peer_certificate(p.ssl.get());
  std::uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (!peer || !X509_digest(peer, EVP_sha256(), digest, &size)) return std::nullopt;
  const auto fingerprint = Fingerprint::make(HashFunction::Sha256, Bytes(digest, size));
  if (!fingerprint) return std::nullopt;
  return CertificateDer{.fingerprint = *fingerprint, .der = derOf(peer)};
}

}  // namespace ms::dtls
