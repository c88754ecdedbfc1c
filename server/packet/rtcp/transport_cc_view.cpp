#include "server/packet/rtcp/transport_cc_view.h"

#include <algorithm>

namespace ms::rtcp {
namespace {

// What a status chunk says of one packet: also how many bytes its delta has.
enum Status : unsigned { NotReceived = 0, SmallDelta = 1, LargeDelta = 2, Reserved = 3 };

constexpr unsigned kRunLengthBits = 13;

bool isRunLength(std::uint16_t chunk) { return !(chunk & 0x8000); }

// §3.1.3, §3.1.4: a run of one status, 14 statuses of one bit, or 7 of two bits.
unsigned statusesIn(std::uint16_t chunk) {
  if (isRunLength(chunk)) return chunk & ((1u << kRunLengthBits) - 1);
  return chunk & 0x4000 ? 7 : 14;
}

unsigned statusAt(std::uint16_t chunk, unsigned index) {
  if (isRunLength(chunk)) return chunk >> kRunLengthBits & 3;
  if (chunk & 0x4000) return chunk >> (12 - 2 * index) & 3;
  return chunk >> (13 - index) & 1;
}

std::size_t deltaBytes(unsigned status) {
  return status == SmallDelta ? 1 : status == LargeDelta ? 2 : 0;
}

}  // namespace

std::expected<TransportCcView, Drop> TransportCcView::parse(const PacketView& packet) noexcept {
  const Bytes body = packet.body();
  if (body.size() < kFixedBytes) return std::unexpected(Drop::TooShort);

  std::size_t at = kFixedBytes;
  std::size_t deltas = 0;
  unsigned left = loadBe16(body, 10);
  while (left > 0) {
    if (body.size() - at < 2) return std::unexpected(Drop::TooShort);
    const std::uint16_t chunk = loadBe16(body, at);
    at += 2;
    const unsigned statuses = std::min(statusesIn(chunk), left);
    if (statuses == 0) return std::unexpected(Drop::BadContent);
    if (isRunLength(chunk)) {
      deltas += statuses * deltaBytes(statusAt(chunk, 0));
    } else {
      for (unsigned i = 0; i < statuses; ++i) deltas += deltaBytes(statusAt(chunk, i));
    }
    left -= statuses;
  }
  if (body.size() - at < deltas) return std::unexpected(Drop::TooShort);
  return TransportCcView(body, at);
}

std::int32_t TransportCcView::referenceTime() const {
  return static_cast<std::int32_t>(loadBe24(body_, 12) << 8) >> 8;
}

std::optional<Duration> TransportCcView::Reader::nextDelta() {
  const std::uint16_t chunk = loadBe16(body_, chunk_at_);
  const unsigned status = statusAt(chunk, used_);
  if (++used_ == statusesIn(chunk)) {
    used_ = 0;
    chunk_at_ += 2;
  }
  const std::size_t at = delta_at_;
  delta_at_ += deltaBytes(status);
  if (status == SmallDelta) return body_[at] * kDeltaUnit;
  if (status == LargeDelta) return static_cast<std::int16_t>(loadBe16(body_, at)) * kDeltaUnit;
  return std::nullopt;
}

}  // namespace ms::rtcp
