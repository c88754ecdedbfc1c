#include "server/packet/rtp/av1_payloader.h"

#include <algorithm>

#include "server/packet/rtp/av1_obu.h"

namespace ms::rtp {
namespace {

using Payload = std::vector<std::uint8_t>;

constexpr std::uint8_t kContinues = 0x80, kIsContinued = 0x40, kNewSequence = 0x08;
constexpr std::uint8_t kHasSize = 0x02;
constexpr std::size_t kMaxCounted = 3;        // W has two bits.
constexpr std::size_t kMinFragmentBytes = 4;  // Less than this is not worth cutting an OBU.

// One packet while elements are added to it.
struct Packet {
  std::vector<Payload> elements;
  std::size_t room;
  bool continues = false;
  bool is_continued = false;
};

// What is left of an element goes into one packet after the other.
class Packetizer {
 public:
  explicit Packetizer(std::size_t max_bytes) : room_(max_bytes - 1) {}

  void add(const Payload& element) {
    Bytes rest(element);
    while (!rest.empty()) {
      const std::size_t fits = fitting(rest.size());
      const bool is_whole = fits == rest.size();
      if (!is_whole && fits < kMinFragmentBytes) {
        packets_.push_back(emptyPacket());
        continue;
      }
      if (rest.size() < element.size() && current().elements.empty()) current().continues = true;
      put(rest.first(fits));
      rest = rest.subspan(fits);
      if (!is_whole) {
        current().is_continued = true;
        packets_.push_back(emptyPacket());
      }
    }
  }

  const std::vector<Packet>& packets() const { return packets_; }

 private:
  Packet emptyPacket() const { return {.elements = {}, .room = room_}; }
  Packet& current() { return packets_.back(); }

  // Bytes of an element with its size in front.
  std::size_t fitting(std::size_t bytes) {
    const std::size_t room = current().room;
    const std::size_t size_bytes = leb128Bytes(std::min(bytes, room));
    return room > size_bytes ? std::min(bytes, room - size_bytes) : 0;
  }
  void put(Bytes piece) {
    current().room -= leb128Bytes(piece.size()) + piece.size();
    current().elements.emplace_back(piece.begin(), piece.end());
  }

  const std::size_t room_;
  std::vector<Packet> packets_{emptyPacket()};
};

Payload write(const Packet& packet) {
  const bool is_counted = packet.elements.size() <= kMaxCounted;
  Payload payload{static_cast<std::uint8_t>((packet.continues ? kContinues : 0) |
                                            (packet.is_continued ? kIsContinued : 0))};
  if (is_counted) payload[0] |= static_cast<std::uint8_t>(packet.elements.size() << 4);
  for (const Payload& element : packet.elements) {
    const bool has_size = !is_counted || &element != &packet.elements.back();
    if (has_size) appendLeb128(payload, element.size());
    payload.insert(payload.end(), element.begin(), element.end());
  }
  return payload;
}

// Without a size of its own: the packet knows it.
Payload elementOf(const Obu& obu) {
  Payload element(obu.header.begin(), obu.header.end());
  element[0] &= static_cast<std::uint8_t>(~kHasSize);
  element.insert(element.end(), obu.payload.begin(), obu.payload.end());
  return element;
}

}  // namespace

std::expected<std::vector<Payload>, Drop> av1Payloads(Bytes unit, std::size_t max_bytes) {
  if (max_bytes < kMinAv1PayloadBytes) return std::unexpected(Drop::TooLong);
  Packetizer packetizer(max_bytes);
  bool starts_sequence = false;
  while (!unit.empty()) {
    const auto obu = Obu::take(unit);
    if (!obu) return std::unexpected(obu.error());
    starts_sequence |= obu->type() == ObuType::SequenceHeader;
    if (!obu->isLeftOut()) packetizer.add(elementOf(*obu));
  }
  std::vector<Payload> payloads;
  for (const Packet& packet : packetizer.packets())
    if (!packet.elements.empty()) payloads.push_back(write(packet));
  if (starts_sequence) payloads.front()[0] |= kNewSequence;
  return payloads;
}

}  // namespace ms::rtp
