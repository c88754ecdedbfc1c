#include "server/net/datagram_reader.h"

#include <netinet/udp.h>

#include <cerrno>
#include <cstring>

namespace ms::net {
namespace {

// Errors of earlier sends (ICMP) come before the datagrams; more than a few mean the socket itself.
constexpr int kMaxErrorsPerCall = 4;

}  // namespace

// Not cleared: pages that no datagram reaches never become resident.
DatagramReader::DatagramReader()
    : buffers_(std::make_unique_for_overwrite<std::uint8_t[]>(kMessagesPerCall * kBufferBytes)) {
  for (std::size_t i = 0; i < kMessagesPerCall; ++i)
    vectors_[i] = {buffers_.get() + i * kBufferBytes, kBufferBytes};
}

std::size_t DatagramReader::receive(int descriptor) {
  for (std::size_t i = 0; i < kMessagesPerCall; ++i)
    messages_[i].msg_hdr = {.msg_name = addresses_[i].data(),
                            .msg_namelen = SocketAddress::kCapacity,
                            .msg_iov = &vectors_[i],
                            .msg_iovlen = 1,
                            .msg_control = controls_[i].bytes.data(),
                            .msg_controllen = controls_[i].bytes.size(),
                            .msg_flags = 0};
  for (int attempt = 0; attempt < kMaxErrorsPerCall; ++attempt) {
    const int count =
        recvmmsg(descriptor, messages_.data(), kMessagesPerCall, MSG_DONTWAIT, nullptr);
    const int error = errno;
    ++counters_.system_calls;
    if (count >= 0) return static_cast<std::size_t>(count);
    if (error == EAGAIN || error == EWOULDBLOCK) return 0;
    if (error != EINTR) ++counters_.errors;
  }
  return 0;
}

MutableBytes DatagramReader::bytesOf(std::size_t message) const {
  return {buffers_.get() + message * kBufferBytes, messages_[message].msg_len};
}

// Of an empty datagram or one that came alone: its own size.
std::size_t DatagramReader::segmentSize(std::size_t message) {
  msghdr& header = messages_[message].msg_hdr;
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control;
       control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level != SOL_UDP || control->cmsg_type != UDP_GRO) continue;
    int size = 0;
    std::memcpy(&size, CMSG_DATA(control), sizeof size);
    if (size <= 0 || static_cast<unsigned>(size) >= messages_[message].msg_len) break;
    const auto segment = static_cast<std::size_t>(size);
    counters_.coalesced += (messages_[message].msg_len + segment - 1) / segment;
    return segment;
  }
  return messages_[message].msg_len;
}

}  // namespace ms::net
