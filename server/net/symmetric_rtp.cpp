#include "server/net/symmetric_rtp.h"

#include <algorithm>

namespace ms::net {
namespace {

// What a description names when it knows no address: RFC 4145 §4, RFC 863.
constexpr std::uint16_t kDiscardPort = 9;

std::optional<SocketAddress> usable(const std::string& address, std::uint16_t port) {
  if (port == 0 || port == kDiscardPort || address == "0.0.0.0" || address == "::")
    return std::nullopt;
  return SocketAddress::parse(address, port);
}

std::optional<SocketAddress> neighbour(const SocketAddress& address, int distance) {
  const int port = address.port() + distance;
  if (port < 1 || port > 65535) return std::nullopt;
  return address.withPort(static_cast<std::uint16_t>(port));
}

}  // namespace

SymmetricRtp::SymmetricRtp(const sdp::RtpTarget& target, Trust trust)
    : trust_(trust),
      described_rtp_(usable(target.address, target.rtp_port)),
      described_rtcp_(usable(target.rtcp_address.empty() ? target.address : target.rtcp_address,
                             target.rtcp_port)),
      symmetric_(target.symmetric) {}

SymmetricRtp::Verdict SymmetricRtp::onRtp(const SocketAddress& from, rtp::Ssrc ssrc,
                                          rtp::SequenceNumber number, Timestamp now) {
  if (source_ == from) {
    source_heard_ = now;
    return Verdict::Take;
  }
  if (!mayReplaceSource(from, now)) return Verdict::Refuse;
  if (!hasProof(from, ssrc, number, now)) return Verdict::Hold;
  learn(from, now);
  return Verdict::Learned;
}

SymmetricRtp::Verdict SymmetricRtp::onOther(const SocketAddress& from) const {
  return source_ == from ? Verdict::Take : Verdict::Refuse;
}

SymmetricRtp::Verdict SymmetricRtp::onRtcp(const SocketAddress& from, Timestamp now) {
  if (rtcp_source_ != from && !mayReplaceRtcpSource(from, now)) return Verdict::Refuse;
  const bool is_new = rtcp_source_ != from;
  rtcp_source_ = from;
  rtcp_heard_ = now;
  return is_new ? Verdict::Learned : Verdict::Take;
}

void SymmetricRtp::onBye() { silence_ = kSilenceAfterBye; }

// A symmetric peer is not where its description says.
std::optional<SocketAddress> SymmetricRtp::rtpDestination() const {
  if (described_rtp_ && !symmetric_) return described_rtp_;
  if (source_) return source_;
  return rtcp_source_ ? neighbour(*rtcp_source_, -1) : std::nullopt;
}

std::optional<SocketAddress> SymmetricRtp::rtcpDestination() const {
  if (described_rtcp_ && !symmetric_) return described_rtcp_;
  if (rtcp_source_) return rtcp_source_;
  return source_ ? neighbour(*source_, 1) : std::nullopt;
}

bool SymmetricRtp::isDescribed(const SocketAddress& from) const {
  return described_rtp_ && !symmetric_ && described_rtp_->isSameHost(from);
}

bool SymmetricRtp::mayReplaceSource(const SocketAddress& from, Timestamp now) const {
  if (!source_ || trust_ == Trust::Authenticated) return true;
  const Duration quiet = now - source_heard_;
  if (quiet >= silence_) return true;
  if (!isDescribed(from) || source_ == described_rtp_) return false;
  return !isDescribed(*source_) || quiet >= kSilenceOfPort;
}

bool SymmetricRtp::hasProof(const SocketAddress& from, rtp::Ssrc ssrc, rtp::SequenceNumber number,
                            Timestamp now) {
  const bool is_expected = isDescribed(from) && !(source_ && isDescribed(*source_));
  if (trust_ == Trust::None && is_expected) return true;
  if (trust_ == Trust::Authenticated && !source_) return true;
  Candidate& one = candidate(from);
  const bool goes_on = one.proof > 0 && one.ssrc == ssrc && one.next == number;
  one = {.address = from,
         .ssrc = ssrc,
         .next = rtp::SequenceNumber(static_cast<std::uint16_t>(*number + 1)),
         .proof = goes_on ? one.proof + 1 : 1,
         .heard = now};
  return one.proof >= kProof;
}

// The one of this address, else a free place, else that of the one heard longest ago.
SymmetricRtp::Candidate& SymmetricRtp::candidate(const SocketAddress& from) {
  const auto known = std::ranges::find_if(
      candidates_, [&](const Candidate& one) { return one.proof > 0 && one.address == from; });
  if (known != candidates_.end()) return *known;
  Candidate& oldest = *std::ranges::min_element(candidates_, {}, &Candidate::heard);
  oldest.proof = 0;
  return oldest;
}

void SymmetricRtp::learn(const SocketAddress& from, Timestamp now) {
  const bool moved = source_.has_value() || (rtcp_source_ && !rtcp_source_->isSameHost(from));
  source_ = from;
  source_heard_ = now;
  silence_ = kSilence;
  candidates_.fill({});
  // A peer that came back sends its RTCP from another port, too.
  if (moved) rtcp_source_.reset();
}

bool SymmetricRtp::mayReplaceRtcpSource(const SocketAddress& from, Timestamp now) const {
  if (trust_ == Trust::Authenticated) return true;
  if (rtcp_source_ && now - rtcp_heard_ < kRtcpSilence) return false;
  if (source_) return source_->isSameHost(from);
  if (described_rtcp_ && !symmetric_) return described_rtcp_->isSameHost(from);
  return true;
}

}  // namespace ms::net
