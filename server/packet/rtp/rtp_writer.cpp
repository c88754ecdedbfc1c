#include "server/packet/rtp/rtp_writer.h"

#include <algorithm>

namespace ms::rtp {
namespace {

constexpr std::uint16_t kOneByteProfile = 0xbede;
constexpr std::size_t kAbsSendTimeBlockBytes = 8;  // Profile, length 1, and one word of data.

// By pointers: libstdc++ 12 copies between iterators of spans byte by byte.
void copyInto(MutableBytes out, Bytes from) { std::copy_n(from.data(), from.size(), out.data()); }

// RFC 8285 §4.2: ids that the one-byte form can say.
bool canCarry(const AbsSendTimeExtension& extension) {
  return *extension.id >= 1 && *extension.id <= 14;
}

void writeAbsSendTime(const AbsSendTimeExtension& extension, MutableBytes at) {
  storeBe16(at, 0, kOneByteProfile);
  storeBe16(at, 2, 1);
  at[4] = static_cast<std::uint8_t>(*extension.id << 4 | 2);  // Three bytes follow.
  storeBe24(at, 5, *extension.time);
}

std::expected<std::size_t, Drop> write(const OutgoingHeader& header, Bytes csrcs, Bytes payload,
                                       MutableBytes out) {
  const bool has_extension = header.abs_send_time && canCarry(*header.abs_send_time);
  const std::size_t extension_at = RtpView::kFixedHeaderBytes + csrcs.size();
  const std::size_t payload_at = extension_at + (has_extension ? kAbsSendTimeBlockBytes : 0);
  const std::size_t bytes = payload_at + payload.size();
  if (bytes > out.size()) return std::unexpected(Drop::TooLong);

  out[0] = static_cast<std::uint8_t>(0x80 | (has_extension ? 0x10 : 0) | csrcs.size() / 4);
  out[1] = static_cast<std::uint8_t>((header.marker ? 0x80 : 0) | (*header.payload_type & 0x7f));
  storeBe16(out, 2, *header.sequence_number);
  storeBe32(out, 4, *header.timestamp);
  storeBe32(out, 8, *header.ssrc);
  copyInto(out.subspan(RtpView::kFixedHeaderBytes), csrcs);
  if (has_extension) writeAbsSendTime(*header.abs_send_time, out.subspan(extension_at));

  const MutableBytes out_payload = out.subspan(payload_at, payload.size());
  copyInto(out_payload, payload);
  if (header.picture_ids) header.picture_ids->writeInto(out_payload);
  return bytes;
}

}  // namespace

std::expected<std::size_t, Drop> writeForwarded(const RtpView& incoming,
                                                const OutgoingHeader& header, MutableBytes out) {
  return write(header, incoming.csrcs(), incoming.payload(), out);
}

std::expected<std::size_t, Drop> writeRtp(const OutgoingHeader& header, Bytes payload,
                                          MutableBytes out) {
  return write(header, {}, payload, out);
}

}  // namespace ms::rtp
