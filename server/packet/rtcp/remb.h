// Receiver Estimated Maximum Bitrate (draft-alvestrand-rmcat-remb §2.2): what the receiver of some
// SSRCs can take in total.
#pragma once

#include <cstddef>
#include <expected>
#include <span>

#include "server/base/units.h"
#include "server/packet/rtcp/compound_writer.h"
#include "server/packet/rtcp/drop.h"
#include "server/packet/rtcp/packet_view.h"

namespace ms::rtcp {

class RembView {
 public:
  // BadContent for application feedback that is not a REMB, and for rates of 2^63 bit/s and more.
  static std::expected<RembView, Drop> parse(const PacketView& packet) noexcept;

  Ssrc sender() const { return sender_; }
  Bitrate bitrate() const { return bitrate_; }
  std::size_t size() const { return ssrcs_.size() / 4; }  // At most 255.
  Ssrc operator[](std::size_t index) const { return Ssrc(loadBe32(ssrcs_, 4 * index)); }

 private:
  RembView(Ssrc sender, Bitrate bitrate, Bytes ssrcs)
      : sender_(sender), bitrate_(bitrate), ssrcs_(ssrcs) {}
  Ssrc sender_;
  Bitrate bitrate_;
  Bytes ssrcs_;
};

// `bitrate` (not negative) is rounded down to 18 significant bits. False when there is no room, or
// more than 255 SSRCs.
bool writeRemb(CompoundWriter& out, Ssrc sender, Bitrate bitrate, std::span<const Ssrc> ssrcs);

}  // namespace ms::rtcp
