// A STUN client's question where its packets come from: the Binding request without attributes, and
// the mapped address in its answer (RFC 8489, sections 5, 14.1, 14.2).
//
// Bytes only; the owner sends, waits and asks again.
#pragma once

#include <array>
#include <cstdint>
#include <expected>

#include "server/base/bytes.h"

namespace ms::stun {

inline constexpr std::size_t kHeaderBytes = 20;
using TransactionId = std::array<std::uint8_t, 12>;

struct MappedAddress {
  enum class Family : std::uint8_t { Ipv4, Ipv6 };
  Family family = Family::Ipv4;
  std::array<std::uint8_t, 16> bytes{};  // The first 4 of an IPv4 address.
  std::uint16_t port = 0;

  friend bool operator==(const MappedAddress&, const MappedAddress&) = default;
};

enum class BindingDrop : std::uint8_t { NotStun, NotOurs, Error, BadLength, NoAddress };

std::array<std::uint8_t, kHeaderBytes> writeBindingRequest(const TransactionId& id) noexcept;

// XOR-MAPPED-ADDRESS; MAPPED-ADDRESS where an old server (RFC 3489) knows no other.
std::expected<MappedAddress, BindingDrop> parseBindingAnswer(Bytes datagram,
                                                             const TransactionId& id) noexcept;

}  // namespace ms::stun
