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

dtls::DtlsRole roleOf(sdp::SetupRole setup) {
  return setup == sdp::SetupRole::Active ? dtls::DtlsRole::Client : dtls::DtlsRole::Server;
}

}  // namespace

Transport::Transport(TransportIndex index, const dtls::Certificate& certificate,
                     const sdp::NegotiatedTransport& negotiated, const Surroundings& surroundings)
    : index_(index),
      setup_(negotiated.setup),
      surroundings_(surroundings),
      dtls_(certificate, roleOf(negotiated.setup), fingerprintsOf(negotiated), *this) {}

void Transport::onReady(Timestamp now) {
  if (setup_ != sdp::SetupRole::HoldConnection) dtls_.start(now);
}

// A client may know of the pair before we do: its hello is as good a sign that there is one.
void Transport::receiveDtls(Bytes datagram, Timestamp now) {
  if (setup_ == sdp::SetupRole::Passive) dtls_.start(now);
  dtls_.receive(datagram, now);
}

void Transport::close() {
  dtls_.close();
  srtp_.reset();
}

std::optional<MutableBytes> Transport::unprotectRtp(MutableBytes packet) {
  if (!srtp_) {
    surroundings_.drops.count(PeerDrop::BeforeKeys);
    return std::nullopt;
  }
  const auto plain = srtp_->unprotectRtp(packet);
  if (plain) return *plain;
  surroundings_.drops.count(plain.error());
  return std::nullopt;
}

std::optional<MutableBytes> Transport::unprotectRtcp(MutableBytes packet) {
  if (!srtp_) {
    surroundings_.drops.count(PeerDrop::BeforeKeys);
    return std::nullopt;
  }
  const auto plain = srtp_->unprotectRtcp(packet);
  if (plain) return *plain;
  surroundings_.drops.count(plain.error());
  return std::nullopt;
}

bool Transport::sendRtp(std::size_t bytes) {
  if (!srtp_) {
    surroundings_.drops.count(PeerDrop::NotConnected);
    return false;
  }
  const auto sealed = srtp_->protectRtp(buffer_, bytes);
  if (!sealed) {
    surroundings_.drops.count(sealed.error());
    return false;
  }
  surroundings_.observer.onDatagram(index_, Component::Rtp, Bytes(buffer_).first(*sealed));
  return true;
}

bool Transport::sendRtcp(MutableBytes buffer, std::size_t bytes) {
  if (!srtp_) {
    surroundings_.drops.count(PeerDrop::NotConnected);
    return false;
  }
  const auto sealed = srtp_->protectRtcp(buffer, bytes);
  if (!sealed) {
    surroundings_.drops.count(sealed.error());
    return false;
  }
  surroundings_.observer.onDatagram(index_, Component::Rtp, buffer.first(*sealed));
  return true;
}

void Transport::onDtlsDatagram(Bytes datagram) {
  surroundings_.observer.onDatagram(index_, Component::Rtp, datagram);
}

void Transport::onDtlsState(dtls::DtlsState state) {
  srtp_.reset();
  if (state == dtls::DtlsState::Connected) {
    if (const auto keys = dtls_.srtpKeys()) {
      auto session = srtp::SrtpSession::make(*keys);
      if (session) srtp_.emplace(std::move(*session));
    }
  }
  surroundings_.listener.onTransportState(index_, state);
}

void Transport::onDtlsApplicationData(Bytes data) {
  surroundings_.observer.onApplicationData(index_, data);
}

}  // namespace ms::peer
