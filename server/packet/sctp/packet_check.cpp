#include "server/packet/sctp/packet_check.h"

#include <algorithm>

namespace ms::sctp {
namespace {

constexpr std::size_t kChunkHeaderBytes = 4;

bool isWanted(std::uint8_t chunk_type) {
  constexpr std::uint8_t kShutdownComplete = 14, kReconfig = 130, kPad = 132, kForwardTsn = 192;
  constexpr std::uint8_t kEcnEcho = 12, kCwr = 13;
  if (chunk_type <= kShutdownComplete) return chunk_type != kEcnEcho && chunk_type != kCwr;
  return chunk_type == kReconfig || chunk_type == kPad || chunk_type == kForwardTsn;
}

}  // namespace

std::expected<void, Drop> checkPacket(Bytes packet, PortPair ports) {
  if (packet.size() < kCommonHeaderBytes + kChunkHeaderBytes)
    return std::unexpected(Drop::TooShort);
  if (loadBe16(packet, 0) != ports.remote || loadBe16(packet, 2) != ports.local)
    return std::unexpected(Drop::WrongPort);
  for (Bytes rest = packet.subspan(kCommonHeaderBytes); !rest.empty();) {
    if (rest.size() < kChunkHeaderBytes) return std::unexpected(Drop::TooShort);
    const std::size_t length = loadBe16(rest, 2);
    if (length < kChunkHeaderBytes || length > rest.size()) return std::unexpected(Drop::BadChunk);
    if (!isWanted(rest[0])) return std::unexpected(Drop::UnwantedChunk);
    const std::size_t padded = (length + 3) & ~std::size_t{3};
    rest = rest.subspan(std::min(padded, rest.size()));
  }
  return {};
}

}  // namespace ms::sctp
