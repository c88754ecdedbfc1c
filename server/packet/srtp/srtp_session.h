// SRTP and SRTCP of one transport (RFC 3711, RFC 7714): protects what goes out and unprotects what
// came in, both in place.
//
// Inbound, every SSRC that authenticates gets its own replay window, up to a limit: who has the
// keys still cannot make the session grow without end. Outbound, the same packet may be protected
// again, so that a retransmission on its own SSRC is possible; it must then be the same bytes,
// because a GCM nonce may never be used for two different packets. Driven by the peer; one session,
// one loop.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <memory>

#include "server/base/bytes.h"
#include "server/packet/srtp/srtp_keys.h"

struct srtp_ctx_t_;

namespace ms::srtp {

enum class Drop : std::uint8_t {
  TooShort,         // Shorter than its header and authentication tag.
  Unauthenticated,  // Not sealed with the peer's key, or changed on the way.
  Replayed,         // Seen before, or older than the replay window.
  TooManySsrcs,
  NoRoom,  // Outbound: the buffer has no room for the trailer.
  Malformed,
};
inline constexpr std::size_t kDropReasons = 6;

class SrtpSession {
 public:
  // What protecting appends at most: a 16-byte tag, and for SRTCP 4 bytes of index.
  static constexpr std::size_t kMaxTrailerBytes = 20;
  // SSRCs of one peer: two media, their retransmissions, and receivers of ours, several times over.
  static constexpr std::size_t kMaxInboundSsrcs = 32;
  static constexpr unsigned long kReplayWindowPackets = 1024;

  // Fails only when the library refuses the keys.
  static std::expected<SrtpSession, Drop> make(const SrtpKeys& keys);

  SrtpSession(SrtpSession&&) noexcept;
  SrtpSession& operator=(SrtpSession&&) noexcept;
  ~SrtpSession();

  // `buffer` begins with a packet of `size` bytes and has room for kMaxTrailerBytes more. Returns
  // the protected size.
  std::expected<std::size_t, Drop> protectRtp(MutableBytes buffer, std::size_t size);
  std::expected<std::size_t, Drop> protectRtcp(MutableBytes buffer, std::size_t size);

  // Returns the plain packet: the beginning of `packet`.
  std::expected<MutableBytes, Drop> unprotectRtp(MutableBytes packet);
  std::expected<MutableBytes, Drop> unprotectRtcp(MutableBytes packet);

  std::size_t inboundSsrcs() const { return inbound_ssrc_count_; }

 private:
  struct Release {
    void operator()(srtp_ctx_t_* session) const;
  };
  using Handle = std::unique_ptr<srtp_ctx_t_, Release>;

  SrtpSession(Handle outbound, Handle inbound);
  bool knowsSsrc(std::uint32_t ssrc) const;
  bool mayTake(std::uint32_t ssrc) const;
  void rememberSsrc(std::uint32_t ssrc);

  Handle outbound_;
  Handle inbound_;
  std::array<std::uint32_t, kMaxInboundSsrcs> inbound_ssrcs_{};
  std::size_t inbound_ssrc_count_ = 0;
};

}  // namespace ms::srtp
