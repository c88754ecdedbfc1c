// An RTCP datagram: packets one behind the other (RFC 3550 §6.1), with its strict rules of length;
// reduced-size ones (RFC 5506), which begin with any packet, are accepted too, and padding
// anywhere.
//
//   for (PacketView packet : *CompoundView::parse(datagram)) ...
#pragma once

#include <cstddef>
#include <expected>
#include <iterator>

#include "server/base/bytes.h"
#include "server/packet/rtcp/drop.h"
#include "server/packet/rtcp/packet_view.h"

namespace ms::rtcp {

class CompoundView {
 public:
  // All packets are framed rightly and fill the datagram exactly, or none is given.
  static std::expected<CompoundView, Drop> parse(Bytes datagram) noexcept;

  // Begins with an SR or RR, as a full compound must (RFC 3550 §6.1).
  bool isFull() const;

  class Iterator {
   public:
    using value_type = PacketView;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(Bytes rest) : rest_(rest) {}
    PacketView operator*() const { return *PacketView::parse(rest_); }
    Iterator& operator++() {
      rest_ = rest_.subspan((**this).bytes());
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return rest_.empty(); }

   private:
    Bytes rest_;
  };
  Iterator begin() const { return Iterator(datagram_); }
  std::default_sentinel_t end() const { return std::default_sentinel; }

 private:
  explicit CompoundView(Bytes datagram) : datagram_(datagram) {}
  Bytes datagram_;
};

}  // namespace ms::rtcp
