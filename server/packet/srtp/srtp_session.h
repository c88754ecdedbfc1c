// SRTP and SRTCP of one transport (RFC 3711, RFC 6188, RFC 7714): protects what goes out and
// unprotects what came in, both in place.
//
// Inbound, every SSRC that authenticates gets its own replay windows, up to a limit: who has the
// keys still cannot make the session grow without end, and who has not leaves no trace. Outbound,
// the same packet may be protected again, so that a retransmission on its own SSRC is possible; it
// must then be the same bytes, because a nonce may never be used for two different packets. Driven
// by the peer; one session, one loop. Without MKI, and with a key derivation rate of 0.
#pragma once

#include <algorithm>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <vector>

#include "server/base/bytes.h"
#include "server/packet/srtp/key_use.h"
#include "server/packet/srtp/packet_cipher.h"
#include "server/packet/srtp/replay_window.h"
#include "server/packet/srtp/srtp_keys.h"

namespace ms::srtp {

enum class Drop : std::uint8_t {
  TooShort,         // Shorter than its header and authentication tag.
  Unauthenticated,  // Not sealed with the peer's key, or changed on the way.
  Replayed,         // Seen before, or older than the replay window.
  TooManySsrcs,
  NoRoom,  // Outbound: the buffer has no room for the trailer.
  Malformed,
  KeyExpired,  // The key has protected as many packets as it may.
};
inline constexpr std::size_t kDropReasons = 7;

class SrtpSession {
 public:
  // What protecting appends at most: a 16-byte tag, and for SRTCP 4 bytes of index.
  static constexpr std::size_t kMaxTrailerBytes = 20;
  // SSRCs of one peer: two media, their retransmissions, and receivers of ours, several times over.
  static constexpr std::size_t kMaxInboundSsrcs = 32;
  static constexpr std::size_t kMaxOutboundSsrcs = 64;  // We choose them; no peer can add one.
  static constexpr std::size_t kReplayWindowPackets = 1024;
  static constexpr std::size_t kRtcpReplayWindowPackets = 128;

  // Fails only when the library refuses the keys.
  static std::expected<SrtpSession, Drop> make(const SrtpKeys& keys,
                                               const KeyLifetime& lifetime = {});

  // `buffer` begins with a packet of `size` bytes and has room for kMaxTrailerBytes more. Returns
  // the protected size.
  std::expected<std::size_t, Drop> protectRtp(MutableBytes buffer, std::size_t size);
  std::expected<std::size_t, Drop> protectRtcp(MutableBytes buffer, std::size_t size);

  // Returns the plain packet: the beginning of `packet`. The bytes of a packet that is refused are
  // worth nothing.
  std::expected<MutableBytes, Drop> unprotectRtp(MutableBytes packet);
  std::expected<MutableBytes, Drop> unprotectRtcp(MutableBytes packet);

  std::size_t inboundSsrcs() const { return inbound_.streams.size(); }

  // The worse of SRTP and SRTCP. At the soft limit the owner has time to agree on new keys.
  KeyState outboundKey() const { return stateOf(outbound_); }
  KeyState inboundKey() const { return stateOf(inbound_); }

 private:
  struct OutboundStream {
    std::uint32_t ssrc = 0;
    std::optional<std::uint64_t> highest_index;
    std::uint64_t next_rtcp_index = 0;
  };
  struct InboundStream {
    std::uint32_t ssrc = 0;
    ReplayWindow<kReplayWindowPackets> rtp;
    ReplayWindow<kRtcpReplayWindowPackets> rtcp;
  };
  // What there is of each direction. Streams are added, never removed.
  template <class Stream>
  struct OneWay {
    std::unique_ptr<PacketCipher> cipher;
    KeyUse rtp_use;
    KeyUse rtcp_use;
    std::vector<Stream> streams;

    Stream* find(std::uint32_t ssrc) {
      const auto at = std::ranges::find(streams, ssrc, &Stream::ssrc);
      return at == streams.end() ? nullptr : &*at;
    }
    Stream& findOrAdd(std::uint32_t ssrc) {
      if (Stream* stream = find(ssrc)) return *stream;
      streams.emplace_back().ssrc = ssrc;
      return streams.back();
    }
  };

  SrtpSession(std::unique_ptr<PacketCipher> outbound, std::unique_ptr<PacketCipher> inbound,
              const KeyLifetime& lifetime);

  bool mayTake(std::uint32_t ssrc);
  bool maySend(std::uint32_t ssrc);
  template <class Stream>
  static KeyState stateOf(const OneWay<Stream>& way) {
    return std::max(way.rtp_use.state(), way.rtcp_use.state());
  }

  OneWay<OutboundStream> outbound_;
  OneWay<InboundStream> inbound_;
};

}  // namespace ms::srtp
