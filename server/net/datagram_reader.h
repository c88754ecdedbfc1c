// Takes datagrams from sockets, several with one system call, and takes apart those that the kernel
// has put together (UDP_GRO). One per worker: its buffers are shared by all sockets of the worker.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "server/base/bytes.h"
#include "server/net/socket_address.h"

namespace ms::net {

struct ReceiveCounters {
  std::uint64_t datagrams = 0;
  std::uint64_t system_calls = 0;  // Also those that found nothing.
  std::uint64_t coalesced = 0;     // Of `datagrams`, those that came as parts of larger ones.
  std::uint64_t errors = 0;        // What the network told of datagrams sent before.
};

class DatagramReader {
 public:
  static constexpr std::size_t kMessagesPerCall = 8;
  // A read ends when it has taken this many, so that a flood on one socket leaves the loop to the
  // others; one call may exceed it by what it brought.
  static constexpr std::size_t kMaxDatagramsPerRead = 64;

  DatagramReader();
  DatagramReader(const DatagramReader&) = delete;
  DatagramReader& operator=(const DatagramReader&) = delete;

  enum class Next { GoOn, Stop };

  // Calls `take(MutableBytes datagram, const SocketAddress& from)` for each, which tells what next:
  // with Stop nothing more is read nor told, as when it has closed the socket. The bytes may be
  // changed and are gone on return. Not from inside `take`.
  template <class Take>
  void read(int descriptor, Take take) {
    std::size_t taken = 0;
    for (bool may_have_more = true; may_have_more && taken < kMaxDatagramsPerRead;) {
      const std::size_t count = receive(descriptor);
      for (std::size_t i = 0; i < count; ++i) {
        MutableBytes rest = bytesOf(i);
        const std::size_t segment = segmentSize(i);
        do {
          const auto datagram = rest.first(std::min(segment, rest.size()));
          rest = rest.subspan(datagram.size());
          ++taken;
          ++counters_.datagrams;
          if (take(datagram, addresses_[i]) == Next::Stop) return;
        } while (!rest.empty());
      }
      may_have_more = count == kMessagesPerCall;
    }
  }

  // For who takes datagrams one by one; room for the largest. Not from inside `take`.
  MutableBytes buffer() const { return {buffers_.get(), kBufferBytes}; }

  const ReceiveCounters& counters() const { return counters_; }

 private:
  static constexpr std::size_t kBufferBytes = 65'536;

  // Room for UDP_GRO.
  struct alignas(cmsghdr) Control {
    std::array<std::uint8_t, CMSG_SPACE(sizeof(int))> bytes;
  };

  // How many messages came.
  std::size_t receive(int descriptor);
  MutableBytes bytesOf(std::size_t message) const;
  std::size_t segmentSize(std::size_t message);

  std::unique_ptr<std::uint8_t[]> buffers_;
  std::array<mmsghdr, kMessagesPerCall> messages_;
  std::array<iovec, kMessagesPerCall> vectors_;
  std::array<Control, kMessagesPerCall> controls_;
  std::array<SocketAddress, kMessagesPerCall> addresses_;
  ReceiveCounters counters_;
};

}  // namespace ms::net
