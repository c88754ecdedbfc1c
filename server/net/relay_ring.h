// The way of packets from one loop to another: a ring of bytes with one writer and one reader.
// Nothing is allocated and nothing is locked. When it is full, packets are refused and counted: a
// loop that is late never holds another one up.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

#include "server/base/bytes.h"
#include "server/base/units.h"
#include "server/packet/peer/codec_format.h"

namespace ms::net {

class RelayRing {
 public:
  // Some 800 packets of 1200 bytes: more than a worker is sent in 100 ms at 64 Mbit/s.
  static constexpr std::size_t kCapacity = std::size_t{1} << 20;

  struct Header {
    std::uint32_t relay = 0;  // Which of the reader's relays it is for.
    Timestamp arrival;
    peer::CodecFormat format;
    std::uint8_t layer = 0;
  };
  static_assert(std::is_trivially_copyable_v<Header>);

  RelayRing() : bytes_(std::make_unique_for_overwrite<std::uint8_t[]>(kCapacity)) {}
  RelayRing(const RelayRing&) = delete;
  RelayRing& operator=(const RelayRing&) = delete;

  // The writer's loop. False, and counted, when there is no room.
  bool write(const Header& header, Bytes packet);
  std::uint64_t refusals() const { return refusals_.load(std::memory_order_relaxed); }

  // The reader's loop: visit(const Header&, Bytes) for each packet that was there at the call. The
  // bytes are valid during the visit.
  template <class Visit>
  void readAll(Visit&& visit) {
    const std::size_t end = written_.load(std::memory_order_acquire);
    std::size_t at = read_.load(std::memory_order_relaxed);
    while (at != end) {
      const Record record = recordAt(at);
      if (record.packet_bytes != kSkip)
        visit(record.header, Bytes(bytesAt(at) + sizeof(Record), record.packet_bytes));
      at += record.length;
      read_.store(at, std::memory_order_release);
    }
  }

 private:
  // A record never wraps: what is too short at the end of the ring is skipped.
  static constexpr std::uint32_t kSkip = UINT32_MAX;
  struct Record {
    std::uint32_t length = 0;  // Of all of it; a multiple of kAlignment.
    std::uint32_t packet_bytes = 0;
    Header header;
  };
  static constexpr std::size_t kAlignment = 64;  // At the end of the ring a Record always fits.
  static_assert(sizeof(Record) <= kAlignment);

  std::uint8_t* bytesAt(std::size_t position) const { return &bytes_[position % kCapacity]; }
  Record recordAt(std::size_t position) const;
  void put(std::size_t position, const Record& record);

  const std::unique_ptr<std::uint8_t[]> bytes_;
  // Positions only grow; the index is the position modulo kCapacity.
  alignas(64) std::atomic<std::size_t> written_ = 0;
  alignas(64) std::atomic<std::size_t> read_ = 0;
  std::atomic<std::uint64_t> refusals_ = 0;
};

}  // namespace ms::net
