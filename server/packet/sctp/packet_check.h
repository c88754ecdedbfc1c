// What a packet has to be before usrsctp sees it: of our association, chunk by chunk within its
// length, and without the extensions that WebRTC has no use for (ASCONF, AUTH, packet drop reports,
// ECN, NR-SACK, interleaving). A stranger's way into a large C library is that much narrower.
#pragma once

#include <cstdint>
#include <expected>

#include "server/base/bytes.h"
#include "server/packet/sctp/drop.h"

namespace ms::sctp {

// SCTP's own port numbers, which SDP carries; they have nothing to do with those of UDP.
struct PortPair {
  std::uint16_t local = 0;
  std::uint16_t remote = 0;
};

inline constexpr std::size_t kCommonHeaderBytes = 12;

// Drop: TooShort, WrongPort, BadChunk, UnwantedChunk. RFC 9260 §3.
std::expected<void, Drop> checkPacket(Bytes packet, PortPair ports);

}  // namespace ms::sctp
