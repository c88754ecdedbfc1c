#include "server/packet/peer/transport.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace ms::peer {
namespace {

std::optional<dtls::HashFunction> hashNamed(const std::string& name) {
  for (const auto hash : {dtls::HashFunction::Sha1, dtls::HashFunction::Sha256,
                          dtls::HashFunction::Sha384, dtls::HashFunction::Sha512})
    if (dtls::nameOf(hash) == name) return hash;
  return std::nullopt;
}

// Without a fingerprint that we understand there is none, and then nobody is the right peer.
std::vector<dtls::Fingerprint> fingerprintsOf(const sdp::NegotiatedTransport& negotiated) {
  std::vector<dtls::Fingerprint> fingerprints;
  if (!negotiated.remote_fingerprint) return fingerprints;
  const auto hash = hashNamed(negotiated.remote_fingerprint->hash);
  if (!hash) return fingerprints;
  if (const auto made = dtls::Fingerprint::make(*hash, negotiated.remote_fingerprint->digest))
    fingerprints.push_back(*made);
  return fingerprints;
}

srtp::Profile profileOf(sdp::CryptoSuite suite) {
  switch (suite) {
    case sdp::CryptoSuite::AesCm128HmacSha1_32:
      return srtp::Profile::Aes128CmHmacSha1_32;
    case sdp::CryptoSuite::AesCm128HmacSha1_80:
      return srtp::Profile::Aes128CmHmacSha1_80;
    case sdp::CryptoSuite::Aes256CmHmacSha1_32:
      return srtp::Profile::Aes256CmHmacSha1_32;
    case sdp::CryptoSuite::Aes256CmHmacSha1_80:
      return srtp::Profile::Aes256CmHmacSha1_80;
  }
  return srtp::Profile::Aes128CmHmacSha1_80;
}

srtp::MasterKey masterKeyOf(const sdp::CryptoParameters& crypto) {
  srtp::MasterKey key{};
  std::ranges::copy_n(crypto.key.begin(),
                      static_cast<std::ptrdiff_t>(std::min(crypto.key.size(), key.size())),
                      key.begin());
  return key;
}

srtp::SrtpKeys keysOf(const sdp::NegotiatedCrypto& crypto) {
  return {.profile = profileOf(crypto.local.suite),
          .outbound = masterKeyOf(crypto.local),
          .inbound = masterKeyOf(crypto.remote)};
}

dtls::DtlsRole roleOf(sdp::SetupRole setup) {
  return setup == sdp::SetupRole::Active ? dtls::DtlsRole::Client : dtls::DtlsRole::Server;
}

}  // namespace

Transport::Transport(TransportIndex index, const dtls::Certificate& certificate,
                     const sdp::NegotiatedTransport& negotiated, const Surroundings& surroundings)
    : index_(index),
      security_(Security::Dtls),
      setup_(negotiated.setup),
      surroundings_(surroundings),
      has_path_(true) {
  dtls::DtlsObserver& observer = *this;  // A private base: emplace cannot see it.
  dtls_.emplace(certificate, roleOf(negotiated.setup), fingerprintsOf(negotiated), observer);
}

Transport::Transport(TransportIndex index, const sdp::NegotiatedMedia& negotiated,
                     const Surroundings& surroundings)
    : index_(index),
      security_(negotiated.crypto ? Security::Sdes : Security::None),
      setup_(sdp::SetupRole::HoldConnection),
      surroundings_(surroundings),
      has_path_(false) {
  if (negotiated.crypto) useKeys(keysOf(*negotiated.crypto));
}

bool Transport::onReady(Timestamp now) {
  if (dtls_ && setup_ != sdp::SetupRole::HoldConnection) dtls_->start(now);
  return !std::exchange(has_path_, true) && isConnected();
}

// A client may know of the pair before we do: its hello is as good a sign that there is one.
void Transport::receiveDtls(Bytes datagram, Timestamp now) {
  if (!dtls_) return surroundings_.drops.count(PeerDrop::DtlsNotForUs);
  if (setup_ == sdp::SetupRole::Passive) dtls_->start(now);
  dtls_->receive(datagram, now);
}

Timestamp Transport::nextTimeout() const { return dtls_ ? dtls_->nextTimeout() : kNever; }

void Transport::handleTimeout(Timestamp now) {
  if (dtls_) dtls_->handleTimeout(now);
}

void Transport::close() {
  if (dtls_) dtls_->close();
  srtp_.reset();
  has_path_ = false;
}

bool Transport::sendApplicationData(Bytes data) {
  return dtls_ && dtls_->sendApplicationData(data);
}

dtls::DtlsState Transport::dtlsState() const {
  return dtls_ ? dtls_->state() : dtls::DtlsState::New;
}

dtls::DtlsFailure Transport::dtlsFailure() const {
  return dtls_ ? dtls_->failure() : dtls::DtlsFailure::None;
}

srtp::KeyState Transport::keyState() const {
  return srtp_ ? std::max(srtp_->outboundKey(), srtp_->inboundKey()) : srtp::KeyState::Fresh;
}

// WebRTC peers get both on one port.
Component Transport::componentOfRtcp() const { return dtls_ ? Component::Rtp : Component::Rtcp; }

std::optional<MutableBytes> Transport::unprotectRtp(MutableBytes packet) {
  if (security_ == Security::None) return packet;
  if (!srtp_) {
    surroundings_.drops.count(PeerDrop::BeforeKeys);
    return std::nullopt;
  }
  const auto plain = srtp_->unprotectRtp(packet);
  if (!plain) {
    surroundings_.drops.count(plain.error());
    return std::nullopt;
  }
  ++authenticated_;
  return *plain;
}

std::optional<MutableBytes> Transport::unprotectRtcp(MutableBytes packet) {
  if (security_ == Security::None) return packet;
  if (!srtp_) {
    surroundings_.drops.count(PeerDrop::BeforeKeys);
    return std::nullopt;
  }
  const auto plain = srtp_->unprotectRtcp(packet);
  if (!plain) {
    surroundings_.drops.count(plain.error());
    return std::nullopt;
  }
  ++authenticated_;
  return *plain;
}

bool Transport::sendRtp(std::size_t bytes) {
  if (!isConnected()) {
    surroundings_.drops.count(PeerDrop::NotConnected);
    return false;
  }
  if (!srtp_) {
    send(Component::Rtp, Bytes(buffer_).first(bytes));
    return true;
  }
  const auto sealed = srtp_->protectRtp(buffer_, bytes);
  if (!sealed) {
    surroundings_.drops.count(sealed.error());
    return false;
  }
  send(Component::Rtp, Bytes(buffer_).first(*sealed));
  return true;
}

bool Transport::sendRtcp(MutableBytes buffer, std::size_t bytes) {
  if (!isConnected()) {
    surroundings_.drops.count(PeerDrop::NotConnected);
    return false;
  }
  if (!srtp_) {
    send(componentOfRtcp(), buffer.first(bytes));
    return true;
  }
  const auto sealed = srtp_->protectRtcp(buffer, bytes);
  if (!sealed) {
    surroundings_.drops.count(sealed.error());
    return false;
  }
  send(componentOfRtcp(), buffer.first(*sealed));
  return true;
}

void Transport::send(Component component, Bytes datagram) {
  bytes_sent_ += datagram.size();
  surroundings_.observer.onDatagram(index_, component, datagram);
}

TransportStatistics Transport::statistics() const {
  TransportStatistics statistics{.bytes_sent = bytes_sent_,
                                 .bytes_received = bytes_received_,
                                 .is_connected = isConnected(),
                                 .local_certificate = std::nullopt,
                                 .remote_certificate = std::nullopt};
  if (!dtls_) return statistics;
  const auto describe = [](const dtls::CertificateDer& certificate) {
    return CertificateStatistics{.fingerprint = certificate.fingerprint, .der = certificate.der};
  };
  statistics.local_certificate = describe(dtls_->localCertificate());
  if (const auto remote = dtls_->remoteCertificate())
    statistics.remote_certificate = describe(*remote);
  return statistics;
}

void Transport::onDtlsDatagram(Bytes datagram) { send(Component::Rtp, datagram); }

void Transport::onDtlsState(dtls::DtlsState state) {
  srtp_.reset();
  if (state == dtls::DtlsState::Connected) {
    if (const auto keys = dtls_->srtpKeys()) useKeys(*keys);
  }
  surroundings_.listener.onTransportState(index_, state);
}

void Transport::useKeys(const srtp::SrtpKeys& keys) {
  auto session = srtp::SrtpSession::make(keys, surroundings_.key_lifetime);
  if (session) srtp_.emplace(std::move(*session));
}

void Transport::onDtlsApplicationData(Bytes data) {
  surroundings_.observer.onApplicationData(index_, data);
}

}  // namespace ms::peer
