#include "server/packet/srtp/counter_mode_cipher.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

namespace ms::srtp {
namespace {

auto firstCounter(const std::array<std::uint8_t, 14>& salt, const PacketId& id) {
  return initialisationVector<16>(salt, id, 4);
}

// RFC 3711 §4.2: the rollover counter is authenticated without being sent.
std::array<std::uint8_t, 4> rolloverCounter(const PacketId& id) {
  std::array<std::uint8_t, 4> bytes;
  storeBe32(bytes, 0, static_cast<std::uint32_t>(id.index >> 16));
  return bytes;
}

void writeTag(const HmacSha1::Digest& digest, MutableBytes tag) {
  std::copy_n(digest.begin(), tag.size(), tag.begin());
}

bool isTag(const HmacSha1::Digest& digest, Bytes tag) {
  return CRYPTO_memcmp(digest.data(), tag.data(), tag.size()) == 0;
}

}  // namespace

std::unique_ptr<PacketCipher> CounterModeCipher::make(const SessionKeys& keys,
                                                      Direction direction) {
  const std::size_t key_bytes = keyBytes(keys.profile);
  const auto* aes = key_bytes == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
  auto rtp = KeyedCipher::make(aes, Bytes(keys.rtp.cipher).first(key_bytes), direction);
  auto rtcp = KeyedCipher::make(aes, Bytes(keys.rtcp.cipher).first(key_bytes), direction);
  if (!rtp || !rtcp) return nullptr;
  return std::unique_ptr<PacketCipher>(
      new CounterModeCipher(std::move(*rtp), std::move(*rtcp), keys));
}

CounterModeCipher::CounterModeCipher(KeyedCipher rtp, KeyedCipher rtcp, const SessionKeys& keys)
    : rtp_(std::move(rtp)),
      rtcp_(std::move(rtcp)),
      rtp_hmac_(keys.rtp.authentication),
      rtcp_hmac_(keys.rtcp.authentication),
      rtp_salt_(keys.rtp.salt),
      rtcp_salt_(keys.rtcp.salt),
      rtp_tag_bytes_(rtpTagBytes(keys.profile)),
      rtcp_tag_bytes_(rtcpTagBytes(keys.profile)) {}

bool CounterModeCipher::sealRtp(const PacketId& id, MutableBytes packet, std::size_t header_bytes) {
  const MutableBytes authenticated = packet.first(packet.size() - rtp_tag_bytes_);
  if (!rtp_.setIv(firstCounter(rtp_salt_, id)) || !rtp_.apply(authenticated.subspan(header_bytes)))
    return false;
  writeTag(rtp_hmac_.digest(authenticated, rolloverCounter(id)), packet.last(rtp_tag_bytes_));
  return true;
}

bool CounterModeCipher::openRtp(const PacketId& id, MutableBytes packet, std::size_t header_bytes) {
  const MutableBytes authenticated = packet.first(packet.size() - rtp_tag_bytes_);
  return isTag(rtp_hmac_.digest(authenticated, rolloverCounter(id)), packet.last(rtp_tag_bytes_)) &&
         rtp_.setIv(firstCounter(rtp_salt_, id)) && rtp_.apply(authenticated.subspan(header_bytes));
}

bool CounterModeCipher::sealRtcp(const PacketId& id, MutableBytes packet) {
  const MutableBytes authenticated = packet.first(packet.size() - rtcp_tag_bytes_);
  const std::size_t plain_bytes = authenticated.size() - kRtcpIndexBytes;
  storeBe32(authenticated, plain_bytes, kRtcpEncryptedFlag | static_cast<std::uint32_t>(id.index));
  if (!rtcp_.setIv(firstCounter(rtcp_salt_, id)) ||
      !rtcp_.apply(authenticated.first(plain_bytes).subspan(kRtcpClearBytes)))
    return false;
  writeTag(rtcp_hmac_.digest(authenticated, {}), packet.last(rtcp_tag_bytes_));
  return true;
}

bool CounterModeCipher::openRtcp(const PacketId& id, MutableBytes packet) {
  const MutableBytes authenticated = packet.first(packet.size() - rtcp_tag_bytes_);
  if (!isTag(rtcp_hmac_.digest(authenticated, {}), packet.last(rtcp_tag_bytes_))) return false;
  if ((rtcpIndexWord(packet) & kRtcpEncryptedFlag) == 0) return true;
  const std::size_t plain_bytes = authenticated.size() - kRtcpIndexBytes;
  return rtcp_.setIv(firstCounter(rtcp_salt_, id)) &&
         rtcp_.apply(authenticated.first(plain_bytes).subspan(kRtcpClearBytes));
}

std::uint32_t CounterModeCipher::rtcpIndexWord(Bytes packet) const {
  return loadBe32(packet.last(rtcp_tag_bytes_ + kRtcpIndexBytes), 0);
}

}  // namespace ms::srtp
