#include "server/packet/rtp/red.h"

namespace ms::rtp {
namespace {

constexpr std::uint8_t kMoreBlocks = 0x80;
constexpr std::size_t kRedundantHeaderBytes = 4, kPrimaryHeaderBytes = 1;

}  // namespace

std::expected<Bytes, Drop> redPrimary(Bytes payload) noexcept {
  std::size_t at = 0, redundant_bytes = 0;
  while (at + kRedundantHeaderBytes <= payload.size() && payload[at] & kMoreBlocks) {
    redundant_bytes += loadBe16(payload, at + 2) & 0x3ffu;
    at += kRedundantHeaderBytes;
  }
  if (at >= payload.size() || payload[at] & kMoreBlocks) return std::unexpected(Drop::BadPayload);
  const std::size_t primary_at = at + kPrimaryHeaderBytes + redundant_bytes;
  if (primary_at > payload.size()) return std::unexpected(Drop::BadPayload);
  if (primary_at == payload.size()) return std::unexpected(Drop::EmptyPayload);
  return payload.subspan(primary_at);
}

void renumberRed(MutableBytes payload, PayloadType block) noexcept {
  std::size_t at = 0;
  for (bool is_last = false; !is_last; at += kRedundantHeaderBytes) {
    is_last = !(payload[at] & kMoreBlocks);
    payload[at] = static_cast<std::uint8_t>((payload[at] & kMoreBlocks) | (*block & 0x7f));
  }
}

}  // namespace ms::rtp
