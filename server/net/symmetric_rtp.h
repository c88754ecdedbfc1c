// Where the peer of one plain RTP m-line is: from which address its packets are taken, and where
// packets are sent to. Sans-IO.
//
// RTP without ICE has no proof of who sends. A description may name an address, and it may say that
// the address is only to be learned (a=direction:active, "COMEDIA"; RFC 4961). Whoever sends valid
// packets first is the peer: one from the described host with its first packet, any other with
// kProof packets in a row. From then on nobody else is heard, so that a stranger cannot take a
// running stream over; only after kSilence without a packet, or kSilenceAfterBye when the peer has
// said BYE, another one can prove itself. The described host goes before a stranger even then;
// where it sends from a port that it did not name, another of its ports can prove itself after
// kSilenceOfPort: it was started again. With keys (SDES) every packet is its own proof, and a peer
// that moves is followed at once.
//
// See docs/decisions/0013.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "server/base/units.h"
#include "server/net/socket_address.h"
#include "server/packet/rtp/types.h"
#include "server/packet/sdp/negotiated.h"

namespace ms::net {

class SymmetricRtp {
 public:
  static constexpr int kProof = 3;
  static constexpr Duration kSilence = std::chrono::seconds(5);
  static constexpr Duration kSilenceAfterBye = std::chrono::milliseconds(500);
  // Longer than between two pictures, shorter than it takes to start a program.
  static constexpr Duration kSilenceOfPort = std::chrono::milliseconds(100);
  // RTCP comes once in 5 s or so (RFC 3550 §6.2).
  static constexpr Duration kRtcpSilence = std::chrono::seconds(15);
  static constexpr std::size_t kMaxCandidates = 4;

  enum class Trust : std::uint8_t { None, Authenticated };
  enum class Verdict : std::uint8_t {
    Take,     // From the peer.
    Learned,  // As Take; and what destinations and source() say has changed.
    Hold,     // Perhaps: to be kept until its address is learned.
    Refuse,
  };

  SymmetricRtp(const sdp::RtpTarget& target, Trust trust);

  // A packet on the RTP port that could be the peer's: well formed and of a negotiated payload
  // type; of Trust::Authenticated only those that are authentic.
  Verdict onRtp(const SocketAddress& from, rtp::Ssrc ssrc, rtp::SequenceNumber number,
                Timestamp now);
  // Anything else on the RTP port: Take or Refuse.
  Verdict onOther(const SocketAddress& from) const;
  // A well-formed compound on the RTCP port; of Trust::Authenticated only authentic ones.
  Verdict onRtcp(const SocketAddress& from, Timestamp now);
  // The peer said BYE: it may soon come back from somewhere else.
  void onBye();

  // Whose RTP is taken.
  const std::optional<SocketAddress>& source() const { return source_; }
  // Nothing while it is not known where to.
  std::optional<SocketAddress> rtpDestination() const;
  std::optional<SocketAddress> rtcpDestination() const;

 private:
  struct Candidate {
    SocketAddress address;
    rtp::Ssrc ssrc;
    rtp::SequenceNumber next;
    int proof = 0;
    Timestamp heard;
  };

  bool isDescribed(const SocketAddress& from) const;
  bool mayReplaceSource(const SocketAddress& from, Timestamp now) const;
  bool hasProof(const SocketAddress& from, rtp::Ssrc ssrc, rtp::SequenceNumber number,
                Timestamp now);
  Candidate& candidate(const SocketAddress& from);
  void learn(const SocketAddress& from, Timestamp now);
  bool mayReplaceRtcpSource(const SocketAddress& from, Timestamp now) const;

  const Trust trust_;
  // What the description named, when it can be sent to.
  std::optional<SocketAddress> described_rtp_;
  std::optional<SocketAddress> described_rtcp_;
  const bool symmetric_;

  std::optional<SocketAddress> source_;
  Timestamp source_heard_{};
  Duration silence_ = kSilence;  // Of the source, before another may replace it.
  std::optional<SocketAddress> rtcp_source_;
  Timestamp rtcp_heard_{};
  std::array<Candidate, kMaxCandidates> candidates_{};
};

}  // namespace ms::net
