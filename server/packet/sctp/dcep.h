// The Data Channel Establishment Protocol (RFC 8832): who opens a channel tells the other side its
// name and how its messages are to be carried, on the stream that the channel will use.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "server/packet/sctp/drop.h"
#include "server/packet/sctp/message.h"

namespace ms::sctp {

// What a label or a sub-protocol may have; RFC 8832 allows 65535 bytes.
inline constexpr std::size_t kMaxLabelBytes = 8192;

// RFC 8832 §5.1: how a channel was asked for.
struct ChannelParameters {
  static constexpr std::uint16_t kNormalPriority = 256;  // RFC 8831 §6.4.

  std::string label = {};
  std::string protocol = {};
  bool ordered = true;
  Reliability reliability = {};
  std::uint16_t priority = kNormalPriority;

  friend bool operator==(const ChannelParameters&, const ChannelParameters&) = default;
};

enum class DcepType : std::uint8_t { Ack = 2, Open = 3 };

// Of the first byte; Drop::TooShort for no byte, UnknownType for others.
std::expected<DcepType, Drop> dcepType(Bytes message);

// A DATA_CHANNEL_OPEN. Drop: TooShort, UnknownType (message or channel type), LabelTooLong. Bytes
// after the protocol are ignored.
std::expected<ChannelParameters, Drop> parseOpen(Bytes message);

// Label and protocol have at most kMaxLabelBytes.
std::vector<std::uint8_t> writeOpen(const ChannelParameters& parameters);
inline constexpr std::uint8_t kAckMessage[] = {static_cast<std::uint8_t>(DcepType::Ack)};

}  // namespace ms::sctp
