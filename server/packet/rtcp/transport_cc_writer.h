// Writes transport-wide congestion control feedback
// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1); transport_cc_view.h reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "server/packet/rtcp/compound_writer.h"
#include "server/packet/rtcp/packet_view.h"

namespace ms::rtcp {

struct TransportCcHeader {
  Ssrc sender;
  Ssrc media;                       // Any of the packets reported on: receivers do not look.
  std::uint16_t base_sequence = 0;  // Of the first packet.
  std::int32_t reference_time = 0;  // In TransportCcView::kReferenceUnit; the low 24 bits count.
  std::uint8_t feedback_count = 0;  // One more than in the feedback before.
};

// When one packet arrived: in TransportCcView::kDeltaUnit since the reference time.
using TransportCcArrival = std::int32_t;
inline constexpr TransportCcArrival kNotArrived = std::numeric_limits<TransportCcArrival>::min();

// More packets are never written at once: they would not fit in CompoundWriter::kDefaultMtu.
inline constexpr std::size_t kMaxTransportCcStatuses = 1024;

// Writes the arrivals of the packets from header.base_sequence on, and returns of how many: those
// for which there is room, and that are not further than a delta can say (8.19 s) from the arrival
// before. 0 and no packet when there is not even room for one.
std::size_t writeTransportCc(CompoundWriter& out, const TransportCcHeader& header,
                             std::span<const TransportCcArrival> arrivals);

}  // namespace ms::rtcp
