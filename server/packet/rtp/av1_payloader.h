// RTP payloads of a temporal unit of AV1 (RTP Payload Format For AV1, AOM, §4 and §5); the wire
// diagram is that of Av1Depayloader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <vector>

#include "server/base/bytes.h"
#include "server/packet/rtp/drop.h"

namespace ms::rtp {

// A payload has room for the aggregation header and a piece of an OBU.
inline constexpr std::size_t kMinAv1PayloadBytes = 16;

// `unit`: OBUs with their sizes. Payloads of at most `max_bytes`, in their order; the last one is
// to have the marker bit. None when nothing in the unit is for packets. BadPayload when it is cut
// short, TooLong when there is less room than kMinAv1PayloadBytes.
std::expected<std::vector<std::vector<std::uint8_t>>, Drop> av1Payloads(Bytes unit,
                                                                        std::size_t max_bytes);

}  // namespace ms::rtp
