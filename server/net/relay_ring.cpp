#include "server/net/relay_ring.h"

#include <cstring>

namespace ms::net {

bool RelayRing::write(const Header& header, Bytes packet) {
  const std::size_t needed =
      (sizeof(Record) + packet.size() + kAlignment - 1) / kAlignment * kAlignment;
  std::size_t at = written_.load(std::memory_order_relaxed);
  const std::size_t to_end = kCapacity - at % kCapacity;
  const std::size_t skipped = to_end < needed ? to_end : 0;
  const std::size_t used = at - read_.load(std::memory_order_acquire);
  if (needed > kCapacity || used + skipped + needed > kCapacity) {
    refusals_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  if (skipped > 0) {
    put(at, {.length = static_cast<std::uint32_t>(skipped), .packet_bytes = kSkip, .header = {}});
    at += skipped;
  }
  put(at, {.length = static_cast<std::uint32_t>(needed),
           .packet_bytes = static_cast<std::uint32_t>(packet.size()),
           .header = header});
  if (!packet.empty()) std::memcpy(bytesAt(at) + sizeof(Record), packet.data(), packet.size());
  written_.store(at + needed, std::memory_order_release);
  return true;
}

RelayRing::Record RelayRing::recordAt(std::size_t position) const {
  Record record;
  std::memcpy(&record, bytesAt(position), sizeof(record));
  return record;
}

void RelayRing::put(std::size_t position, const Record& record) {
  std::memcpy(bytesAt(position), &record, sizeof(record));
}

}  // namespace ms::net
