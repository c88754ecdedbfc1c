// AES in counter mode with HMAC-SHA1: AES_CM_128_HMAC_SHA1_80 and _32 (RFC 3711), AES_256_CM_...
// (RFC 6188).
#pragma once

#include "server/packet/srtp/hmac_sha1.h"
#include "server/packet/srtp/packet_cipher.h"

namespace ms::srtp {

class CounterModeCipher final : public PacketCipher {
 public:
  // Null when the library fails.
  static std::unique_ptr<PacketCipher> make(const SessionKeys& keys, Direction direction);

  std::size_t rtpTrailerBytes() const override { return rtp_tag_bytes_; }
  std::size_t rtcpTrailerBytes() const override { return rtcp_tag_bytes_ + kRtcpIndexBytes; }
  bool sealRtp(const PacketId& id, MutableBytes packet, std::size_t header_bytes) override;
  bool openRtp(const PacketId& id, MutableBytes packet, std::size_t header_bytes) override;
  bool sealRtcp(const PacketId& id, MutableBytes packet) override;
  bool openRtcp(const PacketId& id, MutableBytes packet) override;
  std::uint32_t rtcpIndexWord(Bytes packet) const override;

 private:
  using Salt = std::array<std::uint8_t, 14>;

  CounterModeCipher(KeyedCipher rtp, KeyedCipher rtcp, const SessionKeys& keys);

  KeyedCipher rtp_;
  KeyedCipher rtcp_;
  const HmacSha1 rtp_hmac_;
  const HmacSha1 rtcp_hmac_;
  const Salt rtp_salt_;
  const Salt rtcp_salt_;
  const std::size_t rtp_tag_bytes_;
  const std::size_t rtcp_tag_bytes_;
};

}  // namespace ms::srtp
