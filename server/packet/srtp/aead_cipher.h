// AEAD_AES_128_GCM and AEAD_AES_256_GCM (RFC 7714).
#pragma once

#include "server/packet/srtp/packet_cipher.h"

namespace ms::srtp {

class AeadCipher final : public PacketCipher {
 public:
  static constexpr std::size_t kTagBytes = 16;

  // Null when the library fails.
  static std::unique_ptr<PacketCipher> make(const SessionKeys& keys, Direction direction);

  std::size_t rtpTrailerBytes() const override { return kTagBytes; }
  std::size_t rtcpTrailerBytes() const override { return kTagBytes + kRtcpIndexBytes; }
  bool sealRtp(const PacketId& id, MutableBytes packet, std::size_t header_bytes) override;
  bool openRtp(const PacketId& id, MutableBytes packet, std::size_t header_bytes) override;
  bool sealRtcp(const PacketId& id, MutableBytes packet) override;
  bool openRtcp(const PacketId& id, MutableBytes packet) override;
  std::uint32_t rtcpIndexWord(Bytes packet) const override;

 private:
  using Salt = std::array<std::uint8_t, 14>;

  AeadCipher(KeyedCipher rtp, KeyedCipher rtcp, const SessionKeys& keys);

  KeyedCipher rtp_;
  KeyedCipher rtcp_;
  const Salt rtp_salt_;
  const Salt rtcp_salt_;
};

}  // namespace ms::srtp
