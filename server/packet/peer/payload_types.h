// The payload types of one media section: from a number to what it carries, and from what a source
// gives to the number under which the peer can take it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "server/packet/peer/codec_format.h"
#include "server/packet/rtp/types.h"
#include "server/packet/sdp/negotiated.h"

namespace ms::peer {

struct PayloadTypeEntry {
  rtp::PayloadType payload_type;
  CodecFormat format;
  bool nack = false;
  bool pli = false;
  bool fir = false;
  bool remb = false;
  bool transport_cc = false;
  std::optional<rtp::PayloadType> rtx_payload_type;  // RFC 4588.
};

class PayloadTypes {
 public:
  explicit PayloadTypes(const std::vector<sdp::NegotiatedCodec>& codecs);

  // nullptr when it was not negotiated.
  const PayloadTypeEntry* find(rtp::PayloadType payload_type) const;
  // What a retransmission under this number carries again; nullptr when it is none.
  const PayloadTypeEntry* findRetransmitted(rtp::PayloadType rtx_payload_type) const;
  // The same format if there is one, else the first that can carry it; nullptr when none can.
  const PayloadTypeEntry* carrierOf(const CodecFormat& format) const;
  // The peer's first choice; nullptr when nothing was negotiated.
  const PayloadTypeEntry* preferred() const { return entries_.empty() ? nullptr : &entries_[0]; }

 private:
  static constexpr std::size_t kPayloadTypes = 128;
  static constexpr std::uint8_t kNone = 0xff;

  std::vector<PayloadTypeEntry> entries_;  // In the order of the description.
  std::array<std::uint8_t, kPayloadTypes> index_;
};

}  // namespace ms::peer
