// Why the packet plane did not take a datagram of a peer, or did not send a packet to it: one
// counter each, whatever layer said no.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/packet/rtcp/drop.h"
#include "server/packet/rtp/drop.h"
#include "server/packet/srtp/srtp_session.h"
#include "server/packet/stun/datagram_kind.h"

namespace ms::peer {

// Reasons of the peer itself; the layers below have their own.
enum class PeerDrop : std::uint8_t {
  NotStarted,  // Before start() or after stop().
  UnknownTransport,
  StunNotForUs,           // STUN is the ICE agent's; it should not come here.
  DtlsNotForUs,           // DTLS on plain RTP, which has none.
  BeforeKeys,             // SRTP before the DTLS handshake proved the peer.
  UnknownPayloadType,     // Not negotiated on this transport.
  TooManyStreams,         // More SSRCs than a peer may send on.
  NotReceiving,           // The direction that was negotiated does not let the peer send this.
  UnknownLayer,           // Simulcast was agreed on, and the packet does not say which layer it is.
  OtherStreamActive,      // A second SSRC of the same media, while the first still flows.
  Duplicate,              // A packet that went on before, or is too old to tell.
  RetransmissionUnasked,  // RTX of a packet that is there already.
  CodecNotNegotiated,     // Outbound: the viewer cannot decode what its source sends.
  SequenceNumberUsed,     // Outbound: an SRTP nonce must never be used twice.
  Thinned,                // Outbound: left out until a key frame, the path is too narrow.
  TooManyResends,         // Outbound: the peer asks for more than it may have.
  NotConnected,           // Outbound: there are no keys or no address yet, or no more.
  Count,
};

std::string_view dropName(PeerDrop reason);

struct PeerDropCounters {
  void count(PeerDrop reason) { ++peer[static_cast<std::size_t>(reason)]; }
  void count(stun::DatagramDrop reason) { ++datagram[static_cast<std::size_t>(reason)]; }
  void count(srtp::Drop reason) { ++srtp[static_cast<std::size_t>(reason)]; }
  void count(rtcp::Drop reason) { ++rtcp[static_cast<std::size_t>(reason)]; }
  void count(rtp::Drop reason) { rtp.count(reason); }

  std::uint64_t of(PeerDrop reason) const { return peer[static_cast<std::size_t>(reason)]; }
  std::uint64_t of(stun::DatagramDrop reason) const {
    return datagram[static_cast<std::size_t>(reason)];
  }
  std::uint64_t of(srtp::Drop reason) const { return srtp[static_cast<std::size_t>(reason)]; }
  std::uint64_t of(rtcp::Drop reason) const { return rtcp[static_cast<std::size_t>(reason)]; }
  std::uint64_t of(rtp::Drop reason) const { return rtp.of(reason); }

  std::array<std::uint64_t, static_cast<std::size_t>(PeerDrop::Count)> peer{};
  std::array<std::uint64_t, stun::kDatagramDropReasons> datagram{};
  std::array<std::uint64_t, srtp::kDropReasons> srtp{};
  std::array<std::uint64_t, static_cast<std::size_t>(rtcp::Drop::Count)> rtcp{};
  rtp::DropCounters rtp;
};

// What was counted, as "rtp SequenceJump 2, peer Duplicate 13"; empty when nothing was. For a log.
std::string describe(const PeerDropCounters& drops);

}  // namespace ms::peer
