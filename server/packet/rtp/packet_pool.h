// Buffers for decrypted RTP packets, shared by the retransmission histories of many sinks.
//
// One pool per loop; nothing here is thread-safe, a packet that goes to another loop is copied into
// that loop's pool. Memory is taken from the heap in slabs as it is first needed, up to a limit,
// and is then used again and again: the steady state allocates nothing. A PacketRef may outlive its
// pool.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "server/base/bytes.h"
#include "server/base/units.h"

namespace ms::rtp {

inline constexpr std::size_t kMaxPacketBytes = 1500;
// SRTP appends at most a 16-byte tag and a 128-byte master key identifier (RFC 3711 §3.1).
inline constexpr std::size_t kMaxTrailerBytes = 144;
inline constexpr std::size_t kPacketBufferBytes = kMaxPacketBytes + kMaxTrailerBytes + 4;

class PacketPool;

// One counted reference to a packet; null after a move, or when the pool had none left.
class PacketRef {
 public:
  PacketRef() = default;
  PacketRef(const PacketRef& other);
  PacketRef(PacketRef&& other) noexcept : buffer_(std::exchange(other.buffer_, nullptr)) {}
  PacketRef& operator=(PacketRef other) noexcept {
    std::swap(buffer_, other.buffer_);
    return *this;
  }
  ~PacketRef() { reset(); }

  explicit operator bool() const { return buffer_ != nullptr; }
  void reset();

  // Only on a reference that is not null.
  Bytes bytes() const;
  Timestamp arrival() const;
  std::uint32_t useCount() const;

  // For the one who fills the packet, before it is shared: all kPacketBufferBytes of it.
  MutableBytes buffer();
  void resize(std::size_t bytes);  // At most kPacketBufferBytes.

 private:
  friend class PacketPool;
  struct Buffer;
  struct Shelf;
  explicit PacketRef(Buffer* buffer) : buffer_(buffer) {}

  Buffer* buffer_ = nullptr;
};

class PacketPool {
 public:
  // 64 Ki packets are about 110 MB, or the history of 128 video sources at 512 packets each.
  static constexpr std::size_t kDefaultLimit = 65536;
  static constexpr std::size_t kSlabPackets = 64;

  explicit PacketPool(std::size_t limit = kDefaultLimit);
  ~PacketPool();
  PacketPool(const PacketPool&) = delete;
  PacketPool& operator=(const PacketPool&) = delete;

  // An empty buffer; null, and counted, when `limit` packets are in use.
  PacketRef take(Timestamp arrival);
  // The same, filled; null also when `packet` is longer than kMaxPacketBytes.
  PacketRef copy(Bytes packet, Timestamp arrival);

  std::size_t limit() const { return limit_; }
  std::size_t inUse() const;
  std::size_t reserved() const;  // Packets for which there is memory; never shrinks.
  std::uint64_t refusals() const { return refusals_; }

 private:
  const std::size_t limit_;
  PacketRef::Shelf* shelf_;
  std::uint64_t refusals_ = 0;
};

}  // namespace ms::rtp
