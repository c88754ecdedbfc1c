#include "server/packet/rtcp/source_description.h"

#include <algorithm>

namespace ms::rtcp {
namespace {

constexpr std::uint8_t kEnd = 0;
constexpr std::uint8_t kCname = 1;
constexpr std::size_t kMaxItemBytes = 255;

std::string_view asText(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The bytes of the chunk at the front, with its null octets up to the next 32-bit boundary
// (RFC 3550 §6.5); 0 when it is cut short. Calls visitor(type, value) for each item.
template <class Visitor>
std::size_t walkChunk(Bytes rest, Visitor&& visitor) {
  std::size_t at = 4;
  while (at < rest.size()) {
    const std::uint8_t type = rest[at];
    if (type == kEnd) return (at / 4 + 1) * 4;  // `rest` is a multiple of 4 bytes.
    if (rest.size() - at < 2) return 0;
    const std::size_t length = rest[at + 1];
    if (length > rest.size() - at - 2) return 0;
    visitor(type, rest.subspan(at + 2, length));
    at += 2 + length;
  }
  return 0;
}

}  // namespace

std::expected<SourceDescriptionView, Drop> SourceDescriptionView::parse(
    const PacketView& packet) noexcept {
  Bytes rest = packet.body();
  for (std::size_t i = 0; i < packet.count(); ++i) {
    const std::size_t bytes = walkChunk(rest, [](std::uint8_t, Bytes) {});
    if (bytes == 0) return std::unexpected(Drop::TooShort);
    rest = rest.subspan(bytes);
  }
  return SourceDescriptionView(packet.body(), packet.count());
}

SourceDescriptionView::Chunk SourceDescriptionView::takeChunk(Bytes& rest) {
  Chunk chunk{.ssrc = Ssrc(loadBe32(rest, 0)), .cname = std::nullopt};
  const std::size_t bytes = walkChunk(rest, [&chunk](std::uint8_t type, Bytes value) {
    if (type == kCname) chunk.cname = asText(value);
  });
  rest = rest.subspan(bytes);
  return chunk;
}

bool writeSourceDescription(CompoundWriter& out, Ssrc ssrc, std::string_view cname) {
  if (cname.size() > kMaxItemBytes) return false;
  const std::size_t used = 4 + 2 + cname.size();
  const std::size_t padded = (used / 4 + 1) * 4;  // At least one null octet ends the items.
  const MutableBytes body = out.append(PacketType::SourceDescription, 1, padded);
  if (body.empty()) return false;
  storeBe32(body, 0, *ssrc);
  body[4] = kCname;
  body[5] = static_cast<std::uint8_t>(cname.size());
  std::ranges::copy(cname, body.begin() + 6);
  std::ranges::fill(body.subspan(used), std::uint8_t{0});
  return true;
}

}  // namespace ms::rtcp
