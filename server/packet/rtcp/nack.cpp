#include "server/packet/rtcp/nack.h"

#include <algorithm>

namespace ms::rtcp {
namespace {

constexpr std::size_t kFixedBytes = 8;  // The two SSRCs.
constexpr std::size_t kEntryBytes = 4;

// How many of `numbers`, from the front, one entry can say; `mask` becomes its bit mask.
std::size_t fillEntry(std::span<const rtp::SequenceNumber> numbers, std::uint16_t& mask) {
  mask = 0;
  std::size_t taken = 1;
  for (; taken < numbers.size(); ++taken) {
    const auto ahead = static_cast<std::uint16_t>(*numbers[taken] - *numbers[0]);
    if (ahead == 0 || ahead > 16) break;
    mask = static_cast<std::uint16_t>(mask | 1u << (ahead - 1));
  }
  return taken;
}

std::size_t countEntries(std::span<const rtp::SequenceNumber> numbers) {
  std::size_t entries = 0;
  for (std::uint16_t mask = 0; !numbers.empty(); ++entries)
    numbers = numbers.subspan(fillEntry(numbers, mask));
  return entries;
}

}  // namespace

std::expected<NackView, Drop> NackView::parse(const PacketView& packet) noexcept {
  const Bytes body = packet.body();
  // RFC 4585 §6.2.1: at least one entry.
  if (body.size() < kFixedBytes + kEntryBytes) return std::unexpected(Drop::TooShort);
  return NackView(Ssrc(loadBe32(body, 0)), Ssrc(loadBe32(body, 4)), body.subspan(kFixedBytes));
}

std::size_t writeNack(CompoundWriter& out, Ssrc sender, Ssrc media,
                      std::span<const rtp::SequenceNumber> numbers) {
  constexpr std::size_t kOverhead = PacketView::kHeaderBytes + kFixedBytes;
  if (numbers.empty() || out.room() < kOverhead + kEntryBytes) return 0;
  const std::size_t entries =
      std::min(countEntries(numbers), (out.room() - kOverhead) / kEntryBytes);
  const MutableBytes body =
      out.append(PacketType::TransportFeedback, kGenericNack, kFixedBytes + entries * kEntryBytes);
  storeBe32(body, 0, *sender);
  storeBe32(body, 4, *media);

  std::size_t written = 0;
  for (std::size_t i = 0; i < entries; ++i) {
    const auto rest = numbers.subspan(written);
    std::uint16_t mask = 0;
    written += fillEntry(rest, mask);
    storeBe16(body, kFixedBytes + i * kEntryBytes, *rest[0]);
    storeBe16(body, kFixedBytes + i * kEntryBytes + 2, mask);
  }
  return written;
}

}  // namespace ms::rtcp
