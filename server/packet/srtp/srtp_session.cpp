#include "server/packet/srtp/srtp_session.h"

#include <utility>

namespace ms::srtp {
namespace {

constexpr std::size_t kRtpHeaderBytes = 12;

// Fixed header, CSRCs and extension (RFC 3550 §5.1, §5.3.1). Nothing when `packet` is shorter.
std::optional<std::size_t> rtpHeaderBytes(Bytes packet) {
  if (packet.size() < kRtpHeaderBytes) return std::nullopt;
  const bool has_extension = packet[0] & 0x10;
  std::size_t size = kRtpHeaderBytes + std::size_t{4} * (packet[0] & 0x0f);
  if (has_extension) {
    if (packet.size() < size + 4) return std::nullopt;
    size += 4 + std::size_t{4} * loadBe16(packet, size + 2);
  }
  if (packet.size() < size) return std::nullopt;
  return size;
}

std::unique_ptr<PacketCipher> makeCipher(Profile profile, const MasterKey& master,
                                         Direction direction) {
  const auto keys = deriveSessionKeys(profile, master);
  return keys ? makePacketCipher(*keys, direction) : nullptr;
}

}  // namespace

std::expected<SrtpSession, Drop> SrtpSession::make(const SrtpKeys& keys,
                                                   const KeyLifetime& lifetime) {
  auto outbound = makeCipher(keys.profile, keys.outbound, Direction::Seal);
  auto inbound = makeCipher(keys.profile, keys.inbound, Direction::Open);
  if (!outbound || !inbound) return std::unexpected(Drop::Malformed);
  return SrtpSession(std::move(outbound), std::move(inbound), lifetime);
}

SrtpSession::SrtpSession(std::unique_ptr<PacketCipher> outbound,
                         std::unique_ptr<PacketCipher> inbound, const KeyLifetime& lifetime)
    : outbound_{.cipher = std::move(outbound),
                .rtp_use = {lifetime.rtp_packets, lifetime.soft_limit_packets},
                .rtcp_use = {lifetime.rtcp_packets, lifetime.soft_limit_packets},
                .streams = {}},
      inbound_{.cipher = std::move(inbound),
               .rtp_use = {lifetime.rtp_packets, lifetime.soft_limit_packets},
               .rtcp_use = {lifetime.rtcp_packets, lifetime.soft_limit_packets},
               .streams = {}} {}

std::expected<std::size_t, Drop> SrtpSession::protectRtp(MutableBytes buffer, std::size_t size) {
  if (size < kRtpHeaderBytes) return std::unexpected(Drop::TooShort);
  if (buffer.size() < size + kMaxTrailerBytes) return std::unexpected(Drop::NoRoom);
  const auto header_bytes = rtpHeaderBytes(buffer.first(size));
  if (!header_bytes) return std::unexpected(Drop::Malformed);
  const std::uint32_t ssrc = loadBe32(buffer, 8);
  if (!maySend(ssrc)) return std::unexpected(Drop::TooManySsrcs);
  if (outbound_.rtp_use.state() == KeyState::Expired) return std::unexpected(Drop::KeyExpired);

  OutboundStream& stream = outbound_.findOrAdd(ssrc);
  const std::uint16_t sequence_number = loadBe16(buffer, 2);
  const std::uint64_t index = stream.highest_index
                                  ? estimateIndex(*stream.highest_index, sequence_number)
                                  : sequence_number;
  if (index >= kRtpIndices) return std::unexpected(Drop::KeyExpired);
  const std::size_t sealed_size = size + outbound_.cipher->rtpTrailerBytes();
  if (!outbound_.cipher->sealRtp({ssrc, index}, buffer.first(sealed_size), *header_bytes))
    return std::unexpected(Drop::Malformed);
  if (!stream.highest_index || index > *stream.highest_index) stream.highest_index = index;
  outbound_.rtp_use.count();
  return sealed_size;
}

std::expected<std::size_t, Drop> SrtpSession::protectRtcp(MutableBytes buffer, std::size_t size) {
  if (size < kRtcpClearBytes) return std::unexpected(Drop::TooShort);
  if (buffer.size() < size + kMaxTrailerBytes) return std::unexpected(Drop::NoRoom);
  const std::uint32_t ssrc = loadBe32(buffer, 4);
  if (!maySend(ssrc)) return std::unexpected(Drop::TooManySsrcs);
  if (outbound_.rtcp_use.state() == KeyState::Expired) return std::unexpected(Drop::KeyExpired);

  OutboundStream& stream = outbound_.findOrAdd(ssrc);
  if (stream.next_rtcp_index >= kRtcpIndices) return std::unexpected(Drop::KeyExpired);
  const std::size_t sealed_size = size + outbound_.cipher->rtcpTrailerBytes();
  if (!outbound_.cipher->sealRtcp({ssrc, stream.next_rtcp_index++}, buffer.first(sealed_size)))
    return std::unexpected(Drop::Malformed);
  outbound_.rtcp_use.count();
  return sealed_size;
}

std::expected<MutableBytes, Drop> SrtpSession::unprotectRtp(MutableBytes packet) {
  const std::size_t trailer_bytes = inbound_.cipher->rtpTrailerBytes();
  if (packet.size() < kRtpHeaderBytes + trailer_bytes) return std::unexpected(Drop::TooShort);
  const MutableBytes plain = packet.first(packet.size() - trailer_bytes);
  const auto header_bytes = rtpHeaderBytes(plain);
  if (!header_bytes) return std::unexpected(Drop::Malformed);
  const std::uint32_t ssrc = loadBe32(packet, 8);
  if (!mayTake(ssrc)) return std::unexpected(Drop::TooManySsrcs);
  if (inbound_.rtp_use.state() == KeyState::Expired) return std::unexpected(Drop::KeyExpired);

  const InboundStream* known = inbound_.find(ssrc);
  const std::uint16_t sequence_number = loadBe16(packet, 2);
  const std::uint64_t index = known && !known->rtp.isEmpty()
                                  ? estimateIndex(known->rtp.highest(), sequence_number)
                                  : sequence_number;
  if (index >= kRtpIndices) return std::unexpected(Drop::KeyExpired);
  if (known && !known->rtp.mayCome(index)) return std::unexpected(Drop::Replayed);
  if (!inbound_.cipher->openRtp({ssrc, index}, packet, *header_bytes))
    return std::unexpected(Drop::Unauthenticated);
  inbound_.findOrAdd(ssrc).rtp.take(index);
  inbound_.rtp_use.count();
  return plain;
}

std::expected<MutableBytes, Drop> SrtpSession::unprotectRtcp(MutableBytes packet) {
  const std::size_t trailer_bytes = inbound_.cipher->rtcpTrailerBytes();
  if (packet.size() < kRtcpClearBytes + trailer_bytes) return std::unexpected(Drop::TooShort);
  const std::uint32_t ssrc = loadBe32(packet, 4);
  if (!mayTake(ssrc)) return std::unexpected(Drop::TooManySsrcs);
  if (inbound_.rtcp_use.state() == KeyState::Expired) return std::unexpected(Drop::KeyExpired);

  const std::uint64_t index = inbound_.cipher->rtcpIndexWord(packet) & ~kRtcpEncryptedFlag;
  const InboundStream* known = inbound_.find(ssrc);
  if (known && !known->rtcp.mayCome(index)) return std::unexpected(Drop::Replayed);
  if (!inbound_.cipher->openRtcp({ssrc, index}, packet))
    return std::unexpected(Drop::Unauthenticated);
  inbound_.findOrAdd(ssrc).rtcp.take(index);
  inbound_.rtcp_use.count();
  return packet.first(packet.size() - trailer_bytes);
}

bool SrtpSession::mayTake(std::uint32_t ssrc) {
  return inbound_.streams.size() < kMaxInboundSsrcs || inbound_.find(ssrc);
}

bool SrtpSession::maySend(std::uint32_t ssrc) {
  return outbound_.streams.size() < kMaxOutboundSsrcs || outbound_.find(ssrc);
}

}  // namespace ms::srtp
