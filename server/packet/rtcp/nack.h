// Generic NACK (RFC 4585 §6.2.1): sequence numbers to be sent again, each entry one number and a
// bit mask of the 16 after it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "server/packet/rtcp/compound_writer.h"
#include "server/packet/rtcp/drop.h"
#include "server/packet/rtcp/packet_view.h"
#include "server/packet/rtp/types.h"

namespace ms::rtcp {

class NackView {
 public:
  static std::expected<NackView, Drop> parse(const PacketView& packet) noexcept;

  Ssrc sender() const { return sender_; }
  Ssrc media() const { return media_; }

  // Calls visitor(SequenceNumber) for each number asked for: at most 17 per 4 bytes of the packet.
  template <class Visitor>
  void forEach(Visitor&& visitor) const {
    for (std::size_t at = 0; at < entries_.size(); at += 4) {
      const std::uint16_t first = loadBe16(entries_, at);
      const std::uint16_t mask = loadBe16(entries_, at + 2);
      visitor(rtp::SequenceNumber(first));
      for (unsigned bit = 0; bit < 16; ++bit)
        if (mask >> bit & 1)
          visitor(rtp::SequenceNumber(static_cast<std::uint16_t>(first + 1 + bit)));
    }
  }

 private:
  NackView(Ssrc sender, Ssrc media, Bytes entries)
      : sender_(sender), media_(media), entries_(entries) {}
  Ssrc sender_;
  Ssrc media_;
  Bytes entries_;
};

// Writes as many of `numbers` (ascending, modulo wrap) as there is room for and returns how many;
// 0 and no packet when not even one fits.
std::size_t writeNack(CompoundWriter& out, Ssrc sender, Ssrc media,
                      std::span<const rtp::SequenceNumber> numbers);

}  // namespace ms::rtcp
