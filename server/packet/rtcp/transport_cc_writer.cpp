#include "server/packet/rtcp/transport_cc_writer.h"

#include <algorithm>
#include <array>
#include <optional>

namespace ms::rtcp {
namespace {

constexpr std::size_t kFixedBytes = 16;
constexpr std::size_t kChunkBytes = 2;
constexpr std::size_t kMaxRun = 0x1fff;
constexpr std::size_t kOneBitStatuses = 14;
constexpr std::size_t kTwoBitStatuses = 7;

// The value is also the number of bytes of the delta.
enum Status : std::uint8_t { NotReceived = 0, SmallDelta = 1, LargeDelta = 2 };

struct Statuses {
  std::array<std::uint8_t, kMaxTransportCcStatuses> of;
  std::size_t size = 0;
};

// §3.1.5: an unsigned byte, or a signed 16-bit number; nothing when it is beyond both.
std::optional<Status> statusOf(std::int64_t delta) {
  if (delta >= 0 && delta <= 0xff) return SmallDelta;
  if (delta >= std::numeric_limits<std::int16_t>::min() &&
      delta <= std::numeric_limits<std::int16_t>::max())
    return LargeDelta;
  return std::nullopt;
}

Statuses statusesOf(std::span<const TransportCcArrival> arrivals) {
  Statuses statuses;
  std::int64_t last = 0;
  for (const TransportCcArrival arrival : arrivals) {
    if (statuses.size == kMaxTransportCcStatuses) break;
    std::optional<Status> status = NotReceived;
    if (arrival != kNotArrived) {
      status = statusOf(arrival - last);
      last = arrival;
    }
    if (!status) break;
    statuses.of[statuses.size++] = *status;
  }
  return statuses;
}

struct Chunk {
  std::uint16_t bits = 0;
  std::size_t statuses = 0;
};

// A run if that says more than a vector would, else a vector of bits, or of pairs of them when
// there is a large delta among the next (§3.1.3, §3.1.4). A vector may reach beyond the last.
Chunk chunkAt(std::span<const std::uint8_t> rest) {
  const std::uint8_t first = rest[0];
  const auto run = static_cast<std::size_t>(
      std::ranges::find_if(rest, [first](std::uint8_t one) { return one != first; }) -
      rest.begin());
  const std::size_t vector = std::min(rest.size(), kOneBitStatuses);
  const bool one_bit =
      std::ranges::all_of(rest.first(vector), [](std::uint8_t one) { return one != LargeDelta; });
  const std::size_t capacity = one_bit ? kOneBitStatuses : kTwoBitStatuses;
  if (run >= std::min(rest.size(), capacity)) {
    const std::size_t statuses = std::min(run, kMaxRun);
    return {static_cast<std::uint16_t>(first << 13 | statuses), statuses};
  }
  const std::size_t statuses = std::min(rest.size(), capacity);
  std::uint16_t bits = one_bit ? 0x8000 : 0xc000;
  for (std::size_t i = 0; i < statuses; ++i) {
    const auto shift = one_bit ? 13 - i : 12 - 2 * i;
    bits = static_cast<std::uint16_t>(bits | rest[i] << shift);
  }
  return {bits, statuses};
}

struct Plan {
  std::size_t statuses = 0;
  std::size_t chunks = 0;
  std::size_t deltas = 0;  // Bytes.
  std::size_t bodyBytes() const {
    return (kFixedBytes + chunks * kChunkBytes + deltas + 3) / 4 * 4;
  }
};

// The chunks that fit in `room`.
Plan planFor(std::span<const std::uint8_t> statuses, std::size_t room) {
  Plan plan;
  while (plan.statuses < statuses.size()) {
    const auto rest = statuses.subspan(plan.statuses);
    const Chunk chunk = chunkAt(rest);
    Plan longer = plan;
    longer.statuses += chunk.statuses;
    ++longer.chunks;
    for (const std::uint8_t status : rest.first(chunk.statuses)) longer.deltas += status;
    if (PacketView::kHeaderBytes + longer.bodyBytes() > room) break;
    plan = longer;
  }
  return plan;
}

// A run of small deltas that does not fit is cut, so that there is always progress.
Plan planWithinRoom(Statuses& statuses, std::size_t room) {
  for (;;) {
    const Plan plan = planFor(std::span(statuses.of).first(statuses.size), room);
    if (plan.statuses > 0 || statuses.size <= 1) return plan;
    statuses.size /= 2;
  }
}

void writeDelta(MutableBytes body, std::size_t at, Status status, std::int64_t delta) {
  if (status == SmallDelta) {
    body[at] = static_cast<std::uint8_t>(delta);
  } else {
    storeBe16(body, at, static_cast<std::uint16_t>(delta));
  }
}

}  // namespace

std::size_t writeTransportCc(CompoundWriter& out, const TransportCcHeader& header,
                             std::span<const TransportCcArrival> arrivals) {
  Statuses statuses = statusesOf(arrivals);
  const Plan plan = planWithinRoom(statuses, out.room());
  if (plan.statuses == 0) return 0;
  const MutableBytes body =
      out.append(PacketType::TransportFeedback, kTransportCc, plan.bodyBytes());
  if (body.empty()) return 0;
  std::ranges::fill(body.last(4), std::uint8_t{0});  // What fills the last word up.
  storeBe32(body, 0, *header.sender);
  storeBe32(body, 4, *header.media);
  storeBe16(body, 8, header.base_sequence);
  storeBe16(body, 10, static_cast<std::uint16_t>(plan.statuses));
  storeBe24(body, 12, static_cast<std::uint32_t>(header.reference_time) & 0xffffff);
  body[15] = header.feedback_count;

  // In the same steps as planned, so that the vectors end where they did.
  std::size_t at = kFixedBytes;
  const auto all = std::span<const std::uint8_t>(statuses.of).first(statuses.size);
  for (std::size_t written = 0; written < plan.statuses; at += kChunkBytes) {
    const Chunk chunk = chunkAt(all.subspan(written));
    storeBe16(body, at, chunk.bits);
    written += chunk.statuses;
  }
  std::int64_t last = 0;
  for (std::size_t i = 0; i < plan.statuses; ++i) {
    if (all[i] == NotReceived) continue;
    writeDelta(body, at, Status(all[i]), arrivals[i] - last);
    last = arrivals[i];
    at += all[i];
  }
  return plan.statuses;
}

}  // namespace ms::rtcp
