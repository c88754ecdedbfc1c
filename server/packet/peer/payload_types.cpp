#include "server/packet/peer/payload_types.h"

#include <algorithm>

namespace ms::peer {

PayloadTypes::PayloadTypes(const std::vector<sdp::NegotiatedCodec>& codecs) {
  index_.fill(kNone);
  entries_.reserve(std::min(codecs.size(), kPayloadTypes));
  for (const sdp::NegotiatedCodec& codec : codecs) {
    const std::uint8_t number = *codec.payload_type;
    if (number >= kPayloadTypes || index_[number] != kNone) continue;
    index_[number] = static_cast<std::uint8_t>(entries_.size());
    entries_.push_back({.payload_type = codec.payload_type,
                        .format = formatOf(codec),
                        .nack = codec.nack,
                        .pli = codec.pli,
                        .fir = codec.fir,
                        .remb = codec.remb,
                        .transport_cc = codec.transport_cc,
                        .rtx_payload_type = codec.rtx_payload_type});
  }
}

const PayloadTypeEntry* PayloadTypes::find(rtp::PayloadType payload_type) const {
  if (*payload_type >= kPayloadTypes || index_[*payload_type] == kNone) return nullptr;
  return &entries_[index_[*payload_type]];
}

const PayloadTypeEntry* PayloadTypes::findRetransmitted(rtp::PayloadType rtx_payload_type) const {
  const auto found = std::ranges::find(entries_, std::optional(rtx_payload_type),
                                       &PayloadTypeEntry::rtx_payload_type);
  return found == entries_.end() ? nullptr : &*found;
}

const PayloadTypeEntry* PayloadTypes::carrierOf(const CodecFormat& format) const {
  const PayloadTypeEntry* carrier = nullptr;
  for (const PayloadTypeEntry& entry : entries_) {
    if (entry.format == format) return &entry;
    if (!carrier && canCarry(format, entry.format)) carrier = &entry;
  }
  return carrier;
}

}  // namespace ms::peer
