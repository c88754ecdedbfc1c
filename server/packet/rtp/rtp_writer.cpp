#include "server/packet/rtp/rtp_writer.h"

#include <algorithm>
#include <optional>

namespace ms::rtp {
namespace {

constexpr std::uint16_t kOneByteProfile = 0xbede;

// By pointers: libstdc++ 12 copies between iterators of spans byte by byte.
void copyInto(MutableBytes out, Bytes from) { std::copy_n(from.data(), from.size(), out.data()); }

// RFC 8285 §4.2: ids that the one-byte form can say.
template <class Extension>
bool canCarry(const std::optional<Extension>& extension) {
  return extension && *extension->id >= 1 && *extension->id <= 14;
}

// The extensions of a header as one block, zero-filled to whole words.
class ExtensionBlock {
 public:
  explicit ExtensionBlock(const OutgoingHeader& header)
      : header_(header),
        has_send_time_(canCarry(header.abs_send_time)),
        has_number_(canCarry(header.transport_sequence)) {}

  // 0 when there is none; else profile, length and data.
  std::size_t bytes() const {
    const std::size_t data = (has_send_time_ ? 4u : 0u) + (has_number_ ? 3u : 0u);
    return data == 0 ? 0 : 4 + (data + 3) / 4 * 4;
  }

  void writeInto(MutableBytes block) const {
    storeBe16(block, 0, kOneByteProfile);
    storeBe16(block, 2, static_cast<std::uint16_t>(block.size() / 4 - 1));
    std::size_t at = 4;
    if (has_send_time_) {
      block[at] = static_cast<std::uint8_t>(*header_.abs_send_time->id << 4 | 2);  // 3 bytes.
      storeBe24(block, at + 1, *header_.abs_send_time->time);
      at += 4;
    }
    if (has_number_) {
      block[at] = static_cast<std::uint8_t>(*header_.transport_sequence->id << 4 | 1);  // 2 bytes.
      storeBe16(block, at + 1, *header_.transport_sequence->number);
      at += 3;
    }
    while (at < block.size()) block[at++] = 0;
  }

 private:
  const OutgoingHeader& header_;
  const bool has_send_time_;
  const bool has_number_;
};

// What comes between header and payload, and behind the payload.
struct Surroundings {
  std::optional<SequenceNumber> original;  // RFC 4588 §4.
  std::uint8_t padding = 0;
};

std::expected<std::size_t, Drop> write(const OutgoingHeader& header, Bytes csrcs, Bytes payload,
                                       const Surroundings& around, MutableBytes out) {
  const ExtensionBlock extensions(header);
  const std::size_t extensions_at = RtpView::kFixedHeaderBytes + csrcs.size();
  const std::size_t original_at = extensions_at + extensions.bytes();
  const std::size_t payload_at = original_at + (around.original ? 2 : 0);
  const std::size_t bytes = payload_at + payload.size() + around.padding;
  if (bytes > out.size()) return std::unexpected(Drop::TooLong);

  out[0] = static_cast<std::uint8_t>(0x80 | (around.padding > 0 ? 0x20 : 0) |
                                     (extensions.bytes() > 0 ? 0x10 : 0) | csrcs.size() / 4);
  out[1] = static_cast<std::uint8_t>((header.marker ? 0x80 : 0) | (*header.payload_type & 0x7f));
  storeBe16(out, 2, *header.sequence_number);
  storeBe32(out, 4, *header.timestamp);
  storeBe32(out, 8, *header.ssrc);
  copyInto(out.subspan(RtpView::kFixedHeaderBytes), csrcs);
  if (extensions.bytes() > 0) extensions.writeInto(out.subspan(extensions_at, extensions.bytes()));
  if (around.original) storeBe16(out, original_at, **around.original);

  const MutableBytes out_payload = out.subspan(payload_at, payload.size());
  copyInto(out_payload, payload);
  if (header.picture_ids) header.picture_ids->writeInto(out_payload);
  if (header.red && header.red->form == RedConversion::Form::AllBlocks)
    renumberRed(out_payload, header.red->block);
  if (around.padding > 0) {
    std::fill_n(out.data() + payload_at + payload.size(), around.padding - 1, std::uint8_t{0});
    out[bytes - 1] = around.padding;
  }
  return bytes;
}

}  // namespace

std::expected<Bytes, Drop> forwardedPayload(const RtpView& incoming, const OutgoingHeader& header) {
  if (!header.red) return incoming.payload();
  const auto primary = redPrimary(incoming.payload());
  if (!primary || header.red->form == RedConversion::Form::PrimaryOnly) return primary;
  return incoming.payload();
}

std::expected<std::size_t, Drop> writeForwarded(const RtpView& incoming,
                                                const OutgoingHeader& header, MutableBytes out) {
  const auto payload = forwardedPayload(incoming, header);
  if (!payload) return std::unexpected(payload.error());
  return write(header, incoming.csrcs(), *payload, {}, out);
}

std::expected<std::size_t, Drop> writeRetransmission(const RtpView& incoming,
                                                     const OutgoingHeader& header,
                                                     SequenceNumber original, MutableBytes out) {
  const auto payload = forwardedPayload(incoming, header);
  if (!payload) return std::unexpected(payload.error());
  return write(header, incoming.csrcs(), *payload, {.original = original, .padding = 0}, out);
}

std::expected<std::size_t, Drop> writePadding(const OutgoingHeader& header, std::uint8_t padding,
                                              MutableBytes out) {
  return write(header, {}, {}, {.original = std::nullopt, .padding = padding}, out);
}

std::expected<std::size_t, Drop> writeRtp(const OutgoingHeader& header, Bytes payload,
                                          MutableBytes out) {
  return write(header, {}, payload, {}, out);
}

}  // namespace ms::rtp
