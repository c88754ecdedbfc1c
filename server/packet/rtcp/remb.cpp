#include "server/packet/rtcp/remb.h"

#include <bit>
#include <cstdint>

namespace ms::rtcp {
namespace {

constexpr std::uint32_t kName = 0x52454d42;  // "REMB"
constexpr std::size_t kFixedBytes = 16;      // Two SSRCs, the name, count and bitrate.
constexpr std::size_t kMaxSsrcs = 255;
constexpr int kMantissaBits = 18;

}  // namespace

// |  Num SSRC     | BR Exp    |  BR Mantissa                      |
std::expected<RembView, Drop> RembView::parse(const PacketView& packet) noexcept {
  const Bytes body = packet.body();
  if (body.size() < kFixedBytes) return std::unexpected(Drop::TooShort);
  if (loadBe32(body, 8) != kName) return std::unexpected(Drop::BadContent);
  const std::size_t ssrcs = 4u * body[12];
  if (body.size() - kFixedBytes < ssrcs) return std::unexpected(Drop::TooShort);

  const std::uint32_t exponent_and_mantissa = loadBe24(body, 13);
  const auto exponent = static_cast<int>(exponent_and_mantissa >> kMantissaBits);
  const std::uint64_t mantissa = exponent_and_mantissa & ((1u << kMantissaBits) - 1);
  if (std::bit_width(mantissa) + exponent > 63) return std::unexpected(Drop::BadContent);
  const auto bitrate = static_cast<std::int64_t>(mantissa == 0 ? 0 : mantissa << exponent);
  return RembView(Ssrc(loadBe32(body, 0)), Bitrate(bitrate), body.subspan(kFixedBytes, ssrcs));
}

bool writeRemb(CompoundWriter& out, Ssrc sender, Bitrate bitrate, std::span<const Ssrc> ssrcs) {
  if (ssrcs.size() > kMaxSsrcs || *bitrate < 0) return false;
  const MutableBytes body = out.append(PacketType::PayloadSpecificFeedback,
                                       kApplicationLayerFeedback, kFixedBytes + 4 * ssrcs.size());
  if (body.empty()) return false;

  const auto value = static_cast<std::uint64_t>(*bitrate);
  const int width = static_cast<int>(std::bit_width(value));
  const int exponent = width > kMantissaBits ? width - kMantissaBits : 0;
  const auto mantissa = static_cast<std::uint32_t>(value >> exponent);
  storeBe32(body, 0, *sender);
  storeBe32(body, 4, 0);
  storeBe32(body, 8, kName);
  body[12] = static_cast<std::uint8_t>(ssrcs.size());
  storeBe24(body, 13, static_cast<std::uint32_t>(exponent) << kMantissaBits | mantissa);
  for (std::size_t i = 0; i < ssrcs.size(); ++i) storeBe32(body, kFixedBytes + 4 * i, *ssrcs[i]);
  return true;
}

}  // namespace ms::rtcp
