#include "server/packet/rtp/av1_obu.h"

namespace ms::rtp {
namespace {

constexpr std::uint8_t kForbidden = 0x80, kHasExtension = 0x04, kHasSize = 0x02;
constexpr int kMaxLeb128Bytes = 8;

}  // namespace

std::expected<std::size_t, Drop> takeLeb128(Bytes& from) noexcept {
  std::uint64_t value = 0;
  for (int i = 0; i < kMaxLeb128Bytes && static_cast<std::size_t>(i) < from.size(); ++i) {
    value |= std::uint64_t{from[i] & 0x7fu} << (7 * i);
    if (from[i] & 0x80) continue;
    if (value > UINT32_MAX) break;
    from = from.subspan(i + 1);
    return static_cast<std::size_t>(value);
  }
  return std::unexpected(Drop::BadPayload);
}

std::size_t leb128Bytes(std::size_t value) noexcept {
  std::size_t bytes = 1;
  while (value >>= 7) ++bytes;
  return bytes;
}

void appendLeb128(std::vector<std::uint8_t>& to, std::size_t value) {
  while (value > 0x7f) {
    to.push_back(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  to.push_back(static_cast<std::uint8_t>(value));
}

std::expected<Obu, Drop> Obu::take(Bytes& from) noexcept {
  if (from.empty() || from[0] & kForbidden) return std::unexpected(Drop::BadPayload);
  const std::size_t header_bytes = from[0] & kHasExtension ? 2 : 1;
  if (from.size() < header_bytes) return std::unexpected(Drop::BadPayload);
  Obu obu{.header = from.first(header_bytes), .payload = {}};
  Bytes rest = from.subspan(header_bytes);
  std::size_t payload_bytes = rest.size();
  if (from[0] & kHasSize) {
    const auto size = takeLeb128(rest);
    if (!size || *size > rest.size()) return std::unexpected(Drop::BadPayload);
    payload_bytes = *size;
  }
  obu.payload = rest.first(payload_bytes);
  from = rest.subspan(payload_bytes);
  return obu;
}

void appendSized(std::vector<std::uint8_t>& to, const Obu& obu) {
  to.push_back(obu.header[0] | kHasSize);
  to.insert(to.end(), obu.header.begin() + 1, obu.header.end());
  appendLeb128(to, obu.payload.size());
  to.insert(to.end(), obu.payload.begin(), obu.payload.end());
}

}  // namespace ms::rtp
