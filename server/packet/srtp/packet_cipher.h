// One direction's session keys at work: lays out, encrypts and authenticates SRTP and SRTCP packets
// in place. It keeps nothing of the packets: which index a packet has, and whether it may come
// again, is the session's business.
//
// SRTP, counter mode with HMAC (RFC 3711 §3.1) and AEAD (RFC 7714 §8) alike:
//
//   | RTP header, CSRCs, extension | payload, encrypted | tag |
//
// SRTCP (RFC 3711 §3.4; with an AEAD the last two change places, RFC 7714 §9.3):
//
//   | 8 bytes of header | the rest, encrypted if E | E and 31 bits of index | tag |
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include "server/base/bytes.h"
#include "server/packet/srtp/keyed_cipher.h"
#include "server/packet/srtp/session_keys.h"

namespace ms::srtp {

inline constexpr std::size_t kRtcpClearBytes = 8;
inline constexpr std::size_t kRtcpIndexBytes = 4;
inline constexpr std::uint32_t kRtcpEncryptedFlag = 0x8000'0000;

// What makes a packet's keystream its own. Under one key no two packets may have the same.
struct PacketId {
  std::uint32_t ssrc = 0;
  std::uint64_t index = 0;  // SRTP: 48 bits, rollover counter and sequence number. SRTCP: 31 bits.
};

class PacketCipher {
 public:
  PacketCipher() = default;
  PacketCipher(const PacketCipher&) = delete;
  PacketCipher& operator=(const PacketCipher&) = delete;
  virtual ~PacketCipher() = default;

  // What sealing appends.
  virtual std::size_t rtpTrailerBytes() const = 0;
  virtual std::size_t rtcpTrailerBytes() const = 0;

  // `packet` is the plain packet and room for the trailer; `header_bytes` of it stay readable.
  // False when the library fails.
  virtual bool sealRtp(const PacketId& id, MutableBytes packet, std::size_t header_bytes) = 0;
  virtual bool sealRtcp(const PacketId& id, MutableBytes packet) = 0;

  // `packet` is as it came, and at least its header and trailer long. False when it was not sealed
  // with this key, under this index; its bytes are then worth nothing.
  virtual bool openRtp(const PacketId& id, MutableBytes packet, std::size_t header_bytes) = 0;
  virtual bool openRtcp(const PacketId& id, MutableBytes packet) = 0;

  // E and index, not yet authenticated, of an SRTCP packet as it came.
  virtual std::uint32_t rtcpIndexWord(Bytes packet) const = 0;
};

// Null when the library fails.
std::unique_ptr<PacketCipher> makePacketCipher(const SessionKeys& keys, Direction direction);

// The salt with SSRC and index XORed into it, the SSRC from byte `ssrc_at` on (RFC 3711 §4.1.1: 4,
// RFC 7714 §8.1 and §9.1: 2).
template <std::size_t kBytes>
std::array<std::uint8_t, kBytes> initialisationVector(const std::array<std::uint8_t, 14>& salt,
                                                      const PacketId& id, std::size_t ssrc_at) {
  std::array<std::uint8_t, kBytes> iv{};
  for (std::size_t i = 0; i < std::min(kBytes, salt.size()); ++i) iv[i] = salt[i];
  for (std::size_t i = 0; i < 4; ++i)
    iv[ssrc_at + i] ^= static_cast<std::uint8_t>(id.ssrc >> (24 - 8 * i));
  for (std::size_t i = 0; i < 6; ++i)
    iv[ssrc_at + 4 + i] ^= static_cast<std::uint8_t>(id.index >> (40 - 8 * i));
  return iv;
}

}  // namespace ms::srtp
