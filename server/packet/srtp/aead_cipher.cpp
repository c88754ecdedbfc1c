#include "server/packet/srtp/aead_cipher.h"

#include <utility>

namespace ms::srtp {
namespace {

auto nonce(const std::array<std::uint8_t, 14>& salt, const PacketId& id) {
  return initialisationVector<12>(salt, id, 2);
}

// RFC 7714 §9.2 and §9.3: the header and the word with E and index are authenticated only, and so
// is all the rest when it is not encrypted.
struct RtcpParts {
  RtcpParts(MutableBytes packet, bool is_encrypted)
      : index_word(packet.last(kRtcpIndexBytes)),
        tag(packet.last(kRtcpIndexBytes + AeadCipher::kTagBytes).first(AeadCipher::kTagBytes)) {
    const MutableBytes plain = packet.first(packet.size() - kRtcpIndexBytes - tag.size());
    const std::size_t clear_bytes = is_encrypted ? kRtcpClearBytes : plain.size();
    clear = plain.first(clear_bytes);
    encrypted = plain.subspan(clear_bytes);
  }

  MutableBytes clear;
  MutableBytes encrypted;
  MutableBytes index_word;
  MutableBytes tag;
};

}  // namespace

std::unique_ptr<PacketCipher> AeadCipher::make(const SessionKeys& keys, Direction direction) {
  const std::size_t key_bytes = keyBytes(keys.profile);
  const auto* gcm = key_bytes == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
  auto rtp = KeyedCipher::make(gcm, Bytes(keys.rtp.cipher).first(key_bytes), direction);
  auto rtcp = KeyedCipher::make(gcm, Bytes(keys.rtcp.cipher).first(key_bytes), direction);
  if (!rtp || !rtcp) return nullptr;
  return std::unique_ptr<PacketCipher>(new AeadCipher(std::move(*rtp), std::move(*rtcp), keys));
}

AeadCipher::AeadCipher(KeyedCipher rtp, KeyedCipher rtcp, const SessionKeys& keys)
    : rtp_(std::move(rtp)),
      rtcp_(std::move(rtcp)),
      rtp_salt_(keys.rtp.salt),
      rtcp_salt_(keys.rtcp.salt) {}

bool AeadCipher::sealRtp(const PacketId& id, MutableBytes packet, std::size_t header_bytes) {
  const MutableBytes tag = packet.last(kTagBytes);
  const MutableBytes payload =
      packet.subspan(header_bytes, packet.size() - header_bytes - kTagBytes);
  return rtp_.setIv(nonce(rtp_salt_, id)) && rtp_.authenticate(packet.first(header_bytes)) &&
         rtp_.apply(payload) && rtp_.makeTag(tag);
}

bool AeadCipher::openRtp(const PacketId& id, MutableBytes packet, std::size_t header_bytes) {
  const MutableBytes tag = packet.last(kTagBytes);
  const MutableBytes payload =
      packet.subspan(header_bytes, packet.size() - header_bytes - kTagBytes);
  return rtp_.setIv(nonce(rtp_salt_, id)) && rtp_.authenticate(packet.first(header_bytes)) &&
         rtp_.apply(payload) && rtp_.checkTag(tag);
}

bool AeadCipher::sealRtcp(const PacketId& id, MutableBytes packet) {
  const RtcpParts parts(packet, true);
  storeBe32(parts.index_word, 0, kRtcpEncryptedFlag | static_cast<std::uint32_t>(id.index));
  return rtcp_.setIv(nonce(rtcp_salt_, id)) && rtcp_.authenticate(parts.clear) &&
         rtcp_.authenticate(parts.index_word) && rtcp_.apply(parts.encrypted) &&
         rtcp_.makeTag(parts.tag);
}

bool AeadCipher::openRtcp(const PacketId& id, MutableBytes packet) {
  const RtcpParts parts(packet, (rtcpIndexWord(packet) & kRtcpEncryptedFlag) != 0);
  return rtcp_.setIv(nonce(rtcp_salt_, id)) && rtcp_.authenticate(parts.clear) &&
         rtcp_.authenticate(parts.index_word) && rtcp_.apply(parts.encrypted) &&
         rtcp_.checkTag(parts.tag);
}

std::uint32_t AeadCipher::rtcpIndexWord(Bytes packet) const {
  return loadBe32(packet.last(kRtcpIndexBytes), 0);
}

}  // namespace ms::srtp
