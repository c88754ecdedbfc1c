#include "server/packet/sctp/dcep.h"

#include <algorithm>

namespace ms::sctp {
namespace {

constexpr std::size_t kFixedBytes = 12;
constexpr std::uint8_t kUnorderedBit = 0x80;

std::string text(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

std::expected<DcepType, Drop> dcepType(Bytes message) {
  if (message.empty()) return std::unexpected(Drop::TooShort);
  switch (static_cast<DcepType>(message[0])) {
    case DcepType::Ack:
    case DcepType::Open:
      return static_cast<DcepType>(message[0]);
  }
  return std::unexpected(Drop::UnknownType);
}

//   0                   1                   2                   3
//   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//  +---------------+---------------+-------------------------------+
//  | message type  | channel type  |           priority            |
//  +---------------+---------------+-------------------------------+
//  |          retransmissions or milliseconds, by type             |
//  +-------------------------------+-------------------------------+
//  |        bytes of label         |       bytes of protocol       |
//  +-------------------------------+-------------------------------+
//  |                  label, then protocol (UTF-8)                 |
std::expected<ChannelParameters, Drop> parseOpen(Bytes message) {
  if (const auto type = dcepType(message); type != DcepType::Open)
    return std::unexpected(type ? Drop::UnknownType : type.error());
  if (message.size() < kFixedBytes) return std::unexpected(Drop::TooShort);
  const std::size_t label_bytes = loadBe16(message, 8);
  const std::size_t protocol_bytes = loadBe16(message, 10);
  if (message.size() < kFixedBytes + label_bytes + protocol_bytes)
    return std::unexpected(Drop::TooShort);
  if (std::max(label_bytes, protocol_bytes) > kMaxLabelBytes)
    return std::unexpected(Drop::LabelTooLong);

  ChannelParameters parameters;
  const auto policy = static_cast<std::uint8_t>(message[1] & ~kUnorderedBit);
  if (policy > static_cast<std::uint8_t>(Reliability::Policy::MaxLifetime))
    return std::unexpected(Drop::UnknownType);
  parameters.reliability.policy = static_cast<Reliability::Policy>(policy);
  if (parameters.reliability.policy != Reliability::Policy::Full)
    parameters.reliability.limit = loadBe32(message, 4);
  parameters.ordered = (message[1] & kUnorderedBit) == 0;
  parameters.priority = loadBe16(message, 2);
  parameters.label = text(message.subspan(kFixedBytes, label_bytes));
  parameters.protocol = text(message.subspan(kFixedBytes + label_bytes, protocol_bytes));
  return parameters;
}

std::vector<std::uint8_t> writeOpen(const ChannelParameters& parameters) {
  const std::string& label = parameters.label;
  std::vector<std::uint8_t> message(kFixedBytes + label.size() + parameters.protocol.size());
  message[0] = static_cast<std::uint8_t>(DcepType::Open);
  message[1] = static_cast<std::uint8_t>(parameters.reliability.policy);
  if (!parameters.ordered) message[1] |= kUnorderedBit;
  storeBe16(message, 2, parameters.priority);
  storeBe32(message, 4, parameters.reliability.limit);
  storeBe16(message, 8, static_cast<std::uint16_t>(parameters.label.size()));
  storeBe16(message, 10, static_cast<std::uint16_t>(parameters.protocol.size()));
  const auto after_label = std::ranges::copy(label, message.begin() + kFixedBytes).out;
  std::ranges::copy(parameters.protocol, after_label);
  return message;
}

}  // namespace ms::sctp
