// The datagrams that one worker sends in a turn of its loop: they are copied here and leave in
// portions, the last at the end of the turn, those of one destination with one system call. Where
// the kernel can cut them itself (UDP_SEGMENT, GSO), datagrams of equal size in a row pass its
// network stack as one.
//
// Made, used and destroyed on its loop. Nothing is allocated after construction, nothing waits:
// what a socket does not take is dropped and counted.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "server/base/bytes.h"
#include "server/net/end_of_turn.h"
#include "server/net/socket_address.h"

namespace ms::net {

struct SendCounters {
  std::uint64_t datagrams = 0;     // Taken by the kernel.
  std::uint64_t system_calls = 0;  // For them, also those that failed.
  std::uint64_t segmented_batches = 0;
  std::uint64_t segmented_datagrams = 0;  // Of `datagrams`, in those batches.
  std::uint64_t refused_batches = 0;      // Sent one by one instead.
  std::uint64_t dropped_socket_full = 0;  // EAGAIN, ENOBUFS: not taken at the moment.
  std::uint64_t dropped_too_large = 0;    // Larger than a datagram or the path may be.
  std::uint64_t dropped_unreachable = 0;  // Any other error: no route, a closed port, a firewall.
};

class SendBatch {
 public:
  // A turn that sends more is flushed in between. Memory is only used as far as turns reach.
  static constexpr std::size_t kArenaBytes = 1 << 20;
  static constexpr std::size_t kMaxDatagrams = 4096;
  // So much is gathered before what there is leaves, when another path begins: the first need not
  // wait for the last, and the bytes are still in the cache when the kernel copies them.
  static constexpr std::size_t kPortionBytes = 32 << 10;
  // UDP over IPv4.
  static constexpr std::size_t kMaxDatagramBytes = 65'507;
  // What one segmented batch may have: the kernel's UDP_MAX_SEGMENTS, and one IP packet.
  static constexpr std::size_t kMaxSegments = 64;
  static constexpr std::size_t kMaxSegmentedBytes = 65'000;

  // sendmmsg(2), or what a test puts in its place.
  using SendMessages = int (*)(int descriptor, mmsghdr* messages, unsigned count, int flags);

  explicit SendBatch(Loop& loop, EndOfTurn& turns, SendMessages send_messages = ::sendmmsg);
  SendBatch(const SendBatch&) = delete;
  SendBatch& operator=(const SendBatch&) = delete;

  // A socket, and where its datagrams go. Both stay open and valid while the path lives.
  class Path {
   public:
    // Without `to` the socket is connected. The socket is non-blocking.
    Path(SendBatch& batch, int descriptor, std::optional<SocketAddress> to);
    // Sends what is pending.
    ~Path();
    Path(const Path&) = delete;
    Path& operator=(const Path&) = delete;

    // Copies; leaves at the end of the turn or before, in order with the others of this path.
    void send(Bytes datagram);

    const std::optional<SocketAddress>& to() const { return to_; }

   private:
    friend class SendBatch;

    SendBatch& batch_;
    const int descriptor_;
    std::optional<SocketAddress> to_;
    std::uint32_t first_ = kNone;  // Of its entries that are pending.
    std::uint32_t last_ = kNone;
    bool may_segment_ = true;
  };

  // What is pending, now.
  void flush();

  const SendCounters& counters() const { return counters_; }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::size_t kMaxMessagesPerCall = 64;
  static constexpr std::size_t kMaxVectorsPerCall = 256;
  static_assert(kMaxVectorsPerCall >= kMaxSegments);

  // A datagram in the arena, and the next one of its path.
  struct Entry {
    std::uint32_t offset;
    std::uint32_t size;
    std::uint32_t next;
  };
  // One message of a call: entries of one size, but for the last one.
  struct Group {
    std::uint32_t first;
    std::uint32_t after;
    std::uint32_t count;
  };
  // Room for UDP_SEGMENT.
  struct alignas(cmsghdr) Control {
    std::array<std::uint8_t, CMSG_SPACE(sizeof(std::uint16_t))> bytes;
  };

  void add(Path& path, Bytes datagram);
  void remove(Path& path);
  void flush(Path& path);
  std::size_t fillCall(Path& path);
  Group takeGroup(std::uint32_t first, bool may_segment, std::size_t at_vector);
  void writeMessage(Path& path, std::size_t at, const Group& group, std::size_t at_vector);
  void count(const Group& group);
  bool goOnAfterError(Path& path, int error);
  void dropRest(Path& path);

  Loop& loop_;
  const SendMessages send_messages_;
  const bool kernel_segments_;
  std::unique_ptr<std::uint8_t[]> arena_;
  std::size_t used_ = 0;
  std::vector<Entry> entries_;
  std::vector<Path*> pending_;  // In the order of their first datagram; null: gone.
  std::array<mmsghdr, kMaxMessagesPerCall> messages_;
  std::array<Control, kMaxMessagesPerCall> controls_;
  std::array<Group, kMaxMessagesPerCall> groups_;
  std::array<iovec, kMaxVectorsPerCall> vectors_;
  SendCounters counters_;
  EndOfTurn::Hook end_of_turn_;
};

}  // namespace ms::net
