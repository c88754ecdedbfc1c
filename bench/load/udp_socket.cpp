#include "bench/load/udp_socket.h"

#include <arpa/inet.h>
#include <linux/sock_diag.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>

#include "bench/load/rpc_client.h"

namespace ms::load {
namespace {

constexpr int kReceiveBufferBytes = 1024 * 1024;
constexpr std::size_t kMaxBytes = 65'536;  // Joined datagrams have up to that.
constexpr std::size_t kControlBytes = 128;

Nanoseconds toNanoseconds(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

// One thread's place for what a call of recvmmsg brings.
struct Batch {
  Batch() {
    for (std::size_t i = 0; i < UdpSocket::kBatch; ++i) {
      parts[i] = {bytes[i].data(), bytes[i].size()};
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
      messages[i].msg_hdr.msg_name = &from[i];
    }
  }

  std::array<std::array<std::uint8_t, kMaxBytes>, UdpSocket::kBatch> bytes;
  std::array<std::array<char, kControlBytes>, UdpSocket::kBatch> control;
  std::array<sockaddr_in, UdpSocket::kBatch> from;
  std::array<iovec, UdpSocket::kBatch> parts;
  std::array<mmsghdr, UdpSocket::kBatch> messages{};
};

// What the kernel says about a message.
struct Remarks {
  Nanoseconds arrival{0};
  std::size_t datagram_bytes = 0;  // Of each joined one but the last; 0: it is one.
};

Remarks remarksOf(msghdr& message) {
  Remarks remarks;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
      timespec time;
      std::memcpy(&time, CMSG_DATA(part), sizeof time);
      remarks.arrival = toNanoseconds(time);
    } else if (part->cmsg_level == SOL_UDP && part->cmsg_type == UDP_GRO) {
      int bytes = 0;
      std::memcpy(&bytes, CMSG_DATA(part), sizeof bytes);
      remarks.datagram_bytes = static_cast<std::size_t>(bytes);
    }
  }
  return remarks;
}

}  // namespace

Nanoseconds wallClock() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return toNanoseconds(now);
}

sockaddr_in socketAddress(const std::string& address, std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  if (inet_pton(AF_INET, address.c_str(), &result.sin_addr) != 1)
    throw LoadError("not a numeric IPv4 address: " + address);
  return result;
}

UdpSocket::UdpSocket(const std::string& address, const UdpOptions& options)
    : descriptor_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
      options_(options) {
  if (descriptor_ < 0) throw LoadError(std::string("no socket: ") + std::strerror(errno));
  // Root may have more than the system's limit.
  if (setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBufferBytes, sizeof(int)) != 0)
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &kReceiveBufferBytes, sizeof(int));
  const int with_times = options.times == ArrivalTimes::OfKernel;
  setsockopt(descriptor_, SOL_SOCKET, SO_TIMESTAMPNS, &with_times, sizeof(int));
  const int joined = options.joining == Joining::On;
  setsockopt(descriptor_, SOL_UDP, UDP_GRO, &joined, sizeof(int));
  sockaddr_in local = socketAddress(address, options.port);
  socklen_t size = sizeof local;
  if (bind(descriptor_, reinterpret_cast<sockaddr*>(&local), size) != 0 ||
      getsockname(descriptor_, reinterpret_cast<sockaddr*>(&local), &size) != 0) {
    const std::string why = std::strerror(errno);
    close(descriptor_);
    throw LoadError("cannot bind to " + address + ": " + why);
  }
  port_ = ntohs(local.sin_port);
}

UdpSocket::~UdpSocket() { close(descriptor_); }

bool UdpSocket::send(Bytes datagram, const sockaddr_in& to) {
  return sendto(descriptor_, datagram.data(), datagram.size(), 0,
                reinterpret_cast<const sockaddr*>(&to), sizeof to) >= 0;
}

void UdpSocket::receive(const std::function<void(const Datagram&)>& take) {
  thread_local Batch batch;
  const bool has_remarks =
      options_.times == ArrivalTimes::OfKernel || options_.joining == Joining::On;
  for (std::size_t i = 0; i < kBatch; ++i) {
    msghdr& header = batch.messages[i].msg_hdr;
    header.msg_namelen = sizeof(sockaddr_in);
    header.msg_control = has_remarks ? batch.control[i].data() : nullptr;
    header.msg_controllen = has_remarks ? kControlBytes : 0;
  }
  const int count = recvmmsg(descriptor_, batch.messages.data(), kBatch, MSG_DONTWAIT, nullptr);
  for (int i = 0; i < count; ++i) {
    mmsghdr& message = batch.messages[i];
    const Remarks remarks = has_remarks ? remarksOf(message.msg_hdr) : Remarks{};
    MutableBytes rest = MutableBytes(batch.bytes[i]).first(message.msg_len);
    do {
      const std::size_t size =
          remarks.datagram_bytes ? std::min(remarks.datagram_bytes, rest.size()) : rest.size();
      take({rest.first(size), batch.from[i], remarks.arrival});
      rest = rest.subspan(size);
    } while (!rest.empty());
  }
}

std::uint32_t UdpSocket::drops() const {
  std::uint32_t info[SK_MEMINFO_VARS] = {};
  socklen_t size = sizeof info;
  if (getsockopt(descriptor_, SOL_SOCKET, SO_MEMINFO, info, &size) != 0) return 0;
  return info[SK_MEMINFO_DROPS];
}

}  // namespace ms::load
