// BYE (RFC 3550 §6.6): SSRCs that leave, perhaps with a reason.
#pragma once

#include <expected>
#include <span>
#include <string_view>

#include "server/packet/rtcp/compound_writer.h"
#include "server/packet/rtcp/drop.h"
#include "server/packet/rtcp/packet_view.h"

namespace ms::rtcp {

class ByeView {
 public:
  static std::expected<ByeView, Drop> parse(const PacketView& packet) noexcept;

  std::size_t size() const { return ssrcs_.size() / 4; }  // At most 31.
  Ssrc operator[](std::size_t index) const { return Ssrc(loadBe32(ssrcs_, 4 * index)); }
  std::string_view reason() const { return reason_; }  // Any bytes, at most 255; may be empty.

 private:
  ByeView(Bytes ssrcs, std::string_view reason) : ssrcs_(ssrcs), reason_(reason) {}
  Bytes ssrcs_;
  std::string_view reason_;
};

// False when there is no room, or more than 31 SSRCs or 255 bytes of reason.
bool writeBye(CompoundWriter& out, std::span<const Ssrc> ssrcs, std::string_view reason);

}  // namespace ms::rtcp
