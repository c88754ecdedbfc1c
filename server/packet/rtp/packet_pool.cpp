#include "server/packet/rtp/packet_pool.h"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

namespace ms::rtp {

struct PacketRef::Buffer {
  Shelf* shelf;
  Buffer* next_free;
  std::uint32_t references;
  std::uint32_t bytes;
  Timestamp arrival;
  std::array<std::uint8_t, kPacketBufferBytes> data;
};

// The memory of a pool. Lives until the pool and the last reference are gone.
struct PacketRef::Shelf {
  std::vector<std::unique_ptr<Buffer[]>> slabs;
  Buffer* free = nullptr;
  std::size_t in_use = 0;
  bool has_pool = true;

  void addSlab(std::size_t packets) {
    Buffer* slab = slabs.emplace_back(std::make_unique_for_overwrite<Buffer[]>(packets)).get();
    for (std::size_t i = 0; i < packets; ++i) {
      slab[i].shelf = this;
      slab[i].next_free = std::exchange(free, &slab[i]);
    }
  }

  void giveBack(Buffer* buffer) {
    buffer->next_free = std::exchange(free, buffer);
    --in_use;
    if (!has_pool && in_use == 0) delete this;
  }
};

PacketRef::PacketRef(const PacketRef& other) : buffer_(other.buffer_) {
  if (buffer_) ++buffer_->references;
}

void PacketRef::reset() {
  Buffer* buffer = std::exchange(buffer_, nullptr);
  if (buffer && --buffer->references == 0) buffer->shelf->giveBack(buffer);
}

Bytes PacketRef::bytes() const { return Bytes(buffer_->data).first(buffer_->bytes); }
Timestamp PacketRef::arrival() const { return buffer_->arrival; }
std::uint32_t PacketRef::useCount() const { return buffer_->references; }
MutableBytes PacketRef::buffer() { return buffer_->data; }

void PacketRef::resize(std::size_t bytes) {
  buffer_->bytes = static_cast<std::uint32_t>(std::min(bytes, kPacketBufferBytes));
}

PacketPool::PacketPool(std::size_t limit) : limit_(limit), shelf_(new PacketRef::Shelf) {
  shelf_->slabs.reserve((limit + kSlabPackets - 1) / kSlabPackets);
}

PacketPool::~PacketPool() {
  shelf_->has_pool = false;
  if (shelf_->in_use == 0) delete shelf_;
}

PacketRef PacketPool::take(Timestamp arrival) {
  if (!shelf_->free && reserved() < limit_)
    shelf_->addSlab(std::min(kSlabPackets, limit_ - reserved()));
  if (!shelf_->free) {
    ++refusals_;
    return {};
  }
  PacketRef::Buffer* buffer = std::exchange(shelf_->free, shelf_->free->next_free);
  ++shelf_->in_use;
  buffer->references = 1;
  buffer->bytes = 0;
  buffer->arrival = arrival;
  return PacketRef(buffer);
}

PacketRef PacketPool::copy(Bytes packet, Timestamp arrival) {
  if (packet.size() > kMaxPacketBytes) return {};
  PacketRef ref = take(arrival);
  if (!ref) return ref;
  std::copy_n(packet.data(), packet.size(), ref.buffer().data());
  ref.resize(packet.size());
  return ref;
}

std::size_t PacketPool::inUse() const { return shelf_->in_use; }

std::size_t PacketPool::reserved() const {
  return std::min(limit_, shelf_->slabs.size() * kSlabPackets);
}

}  // namespace ms::rtp
