#include "bench/load/udp_socket.h"

#include <arpa/inet.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <ctime>

#include "bench/load/rpc_client.h"

namespace ms::load {
namespace {

constexpr int kReceiveBufferBytes = 1024 * 1024;
constexpr std::size_t kMaxDatagramBytes = 2048;
constexpr std::size_t kControlBytes = 64;

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

  std::array<std::array<std::uint8_t, kMaxDatagramBytes>, UdpSocket::kBatch> bytes;
  std::array<std::array<char, kControlBytes>, UdpSocket::kBatch> control;
  std::array<sockaddr_in, UdpSocket::kBatch> from;
  std::array<iovec, UdpSocket::kBatch> parts;
  std::array<mmsghdr, UdpSocket::kBatch> messages{};
};

Nanoseconds arrivalOf(msghdr& message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec time;
    std::memcpy(&time, CMSG_DATA(part), sizeof time);
    return toNanoseconds(time);
  }
  return Nanoseconds(0);
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

UdpSocket::UdpSocket(const std::string& address, ArrivalTimes times, std::uint16_t port)
    : descriptor_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)), times_(times) {
  if (descriptor_ < 0) throw LoadError(std::string("no socket: ") + std::strerror(errno));
  // Root may have more than the system's limit.
  if (setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBufferBytes, sizeof(int)) != 0)
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &kReceiveBufferBytes, sizeof(int));
  const int on = times == ArrivalTimes::OfKernel;
  setsockopt(descriptor_, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  sockaddr_in local = socketAddress(address, port);
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
  for (std::size_t i = 0; i < kBatch; ++i) {
    msghdr& header = batch.messages[i].msg_hdr;
    header.msg_namelen = sizeof(sockaddr_in);
    header.msg_control = times_ == ArrivalTimes::OfKernel ? batch.control[i].data() : nullptr;
    header.msg_controllen = times_ == ArrivalTimes::OfKernel ? kControlBytes : 0;
  }
  const int count = recvmmsg(descriptor_, batch.messages.data(), kBatch, MSG_DONTWAIT, nullptr);
  for (int i = 0; i < count; ++i) {
    mmsghdr& message = batch.messages[i];
    take({MutableBytes(batch.bytes[i]).first(message.msg_len), batch.from[i],
          times_ == ArrivalTimes::OfKernel ? arrivalOf(message.msg_hdr) : Nanoseconds(0)});
  }
}

std::uint32_t UdpSocket::drops() const {
  std::uint32_t info[SK_MEMINFO_VARS] = {};
  socklen_t size = sizeof info;
  if (getsockopt(descriptor_, SOL_SOCKET, SO_MEMINFO, info, &size) != 0) return 0;
  return info[SK_MEMINFO_DROPS];
}

}  // namespace ms::load
