// One packet of an RTCP compound (RFC 3550 §6.1), in bytes that somebody else owns.
//
//  |V=2|P|  count  |      type     |            length             |
//  |                    SSRC of the packet's sender ...            |
#pragma once

#include <cstdint>
#include <expected>

#include "server/base/bytes.h"
#include "server/packet/rtcp/drop.h"
#include "server/packet/rtp/types.h"

namespace ms::rtcp {

using rtp::Ssrc;

enum class PacketType : std::uint8_t {
  SenderReport = 200,
  ReceiverReport = 201,
  SourceDescription = 202,
  Bye = 203,
  Application = 204,
  TransportFeedback = 205,        // RTPFB, RFC 4585 §6.2.
  PayloadSpecificFeedback = 206,  // PSFB, RFC 4585 §6.3.
  ExtendedReport = 207,           // XR, RFC 3611.
};

// Feedback message types: the count field of TransportFeedback and PayloadSpecificFeedback.
inline constexpr std::uint8_t kGenericNack = 1;
inline constexpr std::uint8_t kTransportCc = 15;
inline constexpr std::uint8_t kPictureLossIndication = 1;
inline constexpr std::uint8_t kFullIntraRequest = 4;
inline constexpr std::uint8_t kApplicationLayerFeedback = 15;

class PacketView {
 public:
  static constexpr std::size_t kHeaderBytes = 4;

  // The packet at the front of `datagram`; what follows it is not looked at.
  static std::expected<PacketView, Drop> parse(Bytes datagram) noexcept;

  PacketType type() const { return PacketType(packet_[1]); }
  std::uint8_t count() const { return packet_[0] & 0x1f; }  // Or subtype, or feedback message type.
  Bytes body() const { return packet_.subspan(kHeaderBytes, body_bytes_); }  // Without padding.
  std::size_t bytes() const { return packet_.size(); }                       // With both.

 private:
  PacketView(Bytes packet, std::size_t body_bytes) : packet_(packet), body_bytes_(body_bytes) {}

  Bytes packet_;
  std::size_t body_bytes_;
};

}  // namespace ms::rtcp
