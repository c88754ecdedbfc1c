#include "server/packet/rtp/rtx.h"

#include <algorithm>

namespace ms::rtp {
namespace {

constexpr std::size_t kOriginalNumberBytes = 2;

// By pointers: libstdc++ 12 copies between iterators of spans byte by byte.
void copyInto(MutableBytes out, Bytes from) { std::copy_n(from.data(), from.size(), out.data()); }

// The header of `packet` as that of another stream, without padding. `out` is long enough.
void writeHeader(const RtpView& packet, const RtxStream& stream, SequenceNumber number,
                 MutableBytes out) {
  copyInto(out, packet.packet().first(packet.headerBytes()));
  out[0] = static_cast<std::uint8_t>(out[0] & ~0x20);
  out[1] = static_cast<std::uint8_t>((out[1] & 0x80) | (*stream.payload_type & 0x7f));
  storeBe16(out, 2, *number);
  storeBe32(out, 8, *stream.ssrc);
}

}  // namespace

std::expected<std::size_t, Drop> wrapRtx(const RtpView& original, const RtxStream& rtx,
                                         SequenceNumber number, MutableBytes out) {
  const std::size_t header = original.headerBytes();
  const std::size_t bytes = header + kOriginalNumberBytes + original.payload().size();
  if (bytes > out.size()) return std::unexpected(Drop::TooLong);
  writeHeader(original, rtx, number, out);
  storeBe16(out, header, *original.sequenceNumber());
  copyInto(out.subspan(header + kOriginalNumberBytes), original.payload());
  return bytes;
}

std::expected<std::size_t, Drop> unwrapRtx(const RtpView& packet, const RtxStream& original,
                                           MutableBytes out) {
  const Bytes payload = packet.payload();
  if (payload.size() <= kOriginalNumberBytes) return std::unexpected(Drop::EmptyPayload);
  const std::size_t header = packet.headerBytes();
  const std::size_t bytes = header + payload.size() - kOriginalNumberBytes;
  if (bytes > out.size()) return std::unexpected(Drop::TooLong);
  writeHeader(packet, original, SequenceNumber(loadBe16(payload, 0)), out);
  copyInto(out.subspan(header), payload.subspan(kOriginalNumberBytes));
  return bytes;
}

}  // namespace ms::rtp
