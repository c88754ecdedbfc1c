// Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions
// §3.1): which packets arrived, and with what spacing. Read only.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include "server/base/units.h"
#include "server/packet/rtcp/drop.h"
#include "server/packet/rtcp/packet_view.h"

namespace ms::rtcp {

class TransportCcView {
 public:
  static constexpr Duration kDeltaUnit = Duration(250);
  static constexpr Duration kReferenceUnit = std::chrono::milliseconds(64);

  // All announced statuses and deltas are there, or it is refused.
  static std::expected<TransportCcView, Drop> parse(const PacketView& packet) noexcept;

  Ssrc sender() const { return Ssrc(loadBe32(body_, 0)); }
  Ssrc media() const { return Ssrc(loadBe32(body_, 4)); }
  std::uint16_t baseSequence() const { return loadBe16(body_, 8); }
  std::uint16_t statusCount() const { return loadBe16(body_, 10); }
  std::int32_t referenceTime() const;  // In kReferenceUnit, signed 24 bit.
  std::uint8_t feedbackCount() const { return body_[15]; }

  // Calls visitor(std::uint16_t sequence, std::optional<Duration> delta) per packet; the delta is
  // the time since the packet received before it (the first: since the reference time), nothing for
  // a packet that did not arrive.
  template <class Visitor>
  void forEach(Visitor&& visitor) const {
    Reader reader(*this);
    for (std::uint32_t i = 0; i < statusCount(); ++i)
      visitor(static_cast<std::uint16_t>(baseSequence() + i), reader.nextDelta());
  }

 private:
  // Walks the status chunks and, in step, the deltas behind them.
  class Reader {
   public:
    explicit Reader(const TransportCcView& view)
        : body_(view.body_), chunk_at_(kFixedBytes), delta_at_(view.deltas_at_) {}
    std::optional<Duration> nextDelta();

   private:
    Bytes body_;
    std::size_t chunk_at_;
    std::size_t delta_at_;
    unsigned used_ = 0;  // Statuses already taken from the chunk.
  };

  static constexpr std::size_t kFixedBytes = 16;
  TransportCcView(Bytes body, std::size_t deltas_at) : body_(body), deltas_at_(deltas_at) {}

  Bytes body_;
  std::size_t deltas_at_;
};

}  // namespace ms::rtcp
