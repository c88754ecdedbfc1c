// What a datagram on a WebRTC transport is, told by its first bytes: RFC 7983 §7 for the protocols,
// RFC 5761 §4 for RTP against RTCP.
//
// Only long enough and known datagrams get a kind; whether they are well formed is for their own
// parsers to say. Called by the transport for each datagram that arrives.
#pragma once

#include <cstdint>
#include <expected>

#include "server/base/bytes.h"

namespace ms::stun {

enum class DatagramKind : std::uint8_t { Stun, Dtls, Rtp, Rtcp };

// Why a datagram belongs to no protocol of ours.
enum class DatagramDrop : std::uint8_t { TooShort, Zrtp, TurnChannel, Unknown };
inline constexpr std::size_t kDatagramDropReasons = 4;

std::expected<DatagramKind, DatagramDrop> datagramKind(Bytes datagram) noexcept;

}  // namespace ms::stun
