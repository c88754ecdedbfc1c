#include "server/packet/rtp/rtp_view.h"

namespace ms::rtp {
namespace {

constexpr std::uint16_t kOneByteProfile = 0xbede;
constexpr std::uint16_t kTwoByteProfile = 0x1000;  // The low 4 bits are for the application.

// RFC 8285 §4.2: 4 bits of id, 4 bits of length - 1; 0 is padding, id 15 ends the block.
std::optional<Bytes> findOneByte(Bytes block, ExtensionId id) {
  std::size_t at = 0;
  while (at < block.size()) {
    const std::uint8_t head = block[at++];
    if (head == 0) continue;
    const std::size_t length = (head & 0x0f) + 1u;
    if (head >> 4 == 15 || length > block.size() - at) return std::nullopt;
    if (head >> 4 == *id) return block.subspan(at, length);
    at += length;
  }
  return std::nullopt;
}

// RFC 8285 §4.3: one byte of id, one of length; id 0 is padding without a length.
std::optional<Bytes> findTwoByte(Bytes block, ExtensionId id) {
  std::size_t at = 0;
  while (at < block.size()) {
    const std::uint8_t head = block[at++];
    if (head == 0) continue;
    if (at == block.size()) return std::nullopt;
    const std::size_t length = block[at++];
    if (length > block.size() - at) return std::nullopt;
    if (head == *id) return block.subspan(at, length);
    at += length;
  }
  return std::nullopt;
}

}  // namespace

RtpView::RtpView(Bytes packet, std::size_t header_bytes, std::size_t payload_bytes)
    : packet_(packet), header_bytes_(header_bytes), payload_bytes_(payload_bytes) {}

std::expected<RtpView, Drop> RtpView::parse(Bytes packet) noexcept {
  if (packet.size() < kFixedHeaderBytes) return std::unexpected(Drop::TooShort);
  if (packet[0] >> 6 != 2) return std::unexpected(Drop::BadVersion);

  std::size_t header = kFixedHeaderBytes + 4u * (packet[0] & 0x0f);
  if (packet[0] & 0x10) {
    if (packet.size() < header + 4) return std::unexpected(Drop::TooShort);
    header += 4 + 4u * loadBe16(packet, header + 2);
  }
  if (packet.size() < header) return std::unexpected(Drop::TooShort);

  std::size_t padding = 0;
  if (packet[0] & 0x20) {
    padding = packet.back();
    if (padding == 0 || padding > packet.size() - header) return std::unexpected(Drop::BadPadding);
  }
  return RtpView(packet, header, packet.size() - header - padding);
}

std::optional<Bytes> RtpView::extension(ExtensionId id) const {
  if (!(packet_[0] & 0x10) || *id == 0) return std::nullopt;
  const std::size_t at = kFixedHeaderBytes + 4 * csrcCount();
  const std::uint16_t profile = loadBe16(packet_, at);
  const Bytes block = packet_.subspan(at + 4, header_bytes_ - at - 4);
  if (profile == kOneByteProfile) return findOneByte(block, id);
  if ((profile & 0xfff0) == kTwoByteProfile) return findTwoByte(block, id);
  return std::nullopt;
}

}  // namespace ms::rtp
