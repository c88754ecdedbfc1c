// The two ways to ask for a key frame: Picture Loss Indication (RFC 4585 §6.3.1) and Full Intra
// Request (RFC 5104 §4.3.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>

#include "server/packet/rtcp/compound_writer.h"
#include "server/packet/rtcp/drop.h"
#include "server/packet/rtcp/packet_view.h"

namespace ms::rtcp {

struct PliView {
  Ssrc sender;
  Ssrc media;

  static std::expected<PliView, Drop> parse(const PacketView& packet) noexcept;
};

class FirView {
 public:
  // `number` changes with each new request, and stays when one is repeated.
  struct Request {
    Ssrc media;
    std::uint8_t number = 0;
  };

  static std::expected<FirView, Drop> parse(const PacketView& packet) noexcept;

  Ssrc sender() const { return sender_; }
  std::size_t size() const { return requests_.size() / 8; }
  Request operator[](std::size_t index) const;

 private:
  FirView(Ssrc sender, Bytes requests) : sender_(sender), requests_(requests) {}
  Ssrc sender_;
  Bytes requests_;
};

// False when there is no room.
bool writePli(CompoundWriter& out, Ssrc sender, Ssrc media);
bool writeFir(CompoundWriter& out, Ssrc sender, const FirView::Request& request);

}  // namespace ms::rtcp
