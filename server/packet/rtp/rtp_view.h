// A read-only view of one RTP packet (RFC 3550 §5.1) inside bytes that somebody else owns.
//
// parse() is the only way in, so a view that exists is well formed and its accessors are plain
// loads. It keeps no copy: it is valid exactly as long as the bytes are.
#pragma once

#include <expected>
#include <optional>

#include "server/base/bytes.h"
#include "server/packet/rtp/drop.h"
#include "server/packet/rtp/types.h"

namespace ms::rtp {

// The local number of a header extension, as negotiated by a=extmap (RFC 8285 §4.2): 1..255.
using ExtensionId = Strong<struct ExtensionIdTag, std::uint8_t>;

class RtpView {
 public:
  static constexpr std::size_t kFixedHeaderBytes = 12;

  // Never throws and never logs: the caller counts the reason once.
  static std::expected<RtpView, Drop> parse(Bytes packet) noexcept;

  bool marker() const { return packet_[1] & 0x80; }
  PayloadType payloadType() const { return PayloadType(packet_[1] & 0x7f); }
  SequenceNumber sequenceNumber() const { return SequenceNumber(loadBe16(packet_, 2)); }
  RtpTimestamp timestamp() const { return RtpTimestamp(loadBe32(packet_, 4)); }
  Ssrc ssrc() const { return Ssrc(loadBe32(packet_, 8)); }

  std::size_t csrcCount() const { return packet_[0] & 0x0f; }
  Bytes csrcs() const { return packet_.subspan(kFixedHeaderBytes, 4 * csrcCount()); }  // 4 each.

  // The data of header extension `id`, one-byte or two-byte form (RFC 8285 §4.2, §4.3). Nothing
  // when it is absent or the extension block is cut short before it; may be empty in the two-byte
  // form.
  std::optional<Bytes> extension(ExtensionId id) const;

  Bytes payload() const { return packet_.subspan(header_bytes_, payload_bytes_); }
  std::size_t headerBytes() const { return header_bytes_; }
  std::size_t paddingBytes() const { return packet_.size() - header_bytes_ - payload_bytes_; }
  Bytes packet() const { return packet_; }

 private:
  RtpView(Bytes packet, std::size_t header_bytes, std::size_t payload_bytes);

  Bytes packet_;
  std::size_t header_bytes_;
  std::size_t payload_bytes_;  // Padding is already taken off.
};

}  // namespace ms::rtp
