// A UDP socket that never blocks, with the kernel's time of arrival where it is asked for.
#pragma once

#include <netinet/in.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "server/base/bytes.h"

namespace ms::load {

// Of the wall clock: what the kernel stamps datagrams with.
using Nanoseconds = std::chrono::nanoseconds;
Nanoseconds wallClock();

enum class ArrivalTimes { No, OfKernel };

class UdpSocket {
 public:
  struct Datagram {
    MutableBytes bytes;  // Gone after the call.
    sockaddr_in from{};
    Nanoseconds arrival{0};  // 0 without ArrivalTimes.
  };

  // `address`: numeric IPv4. `port` 0: any. Throws LoadError.
  explicit UdpSocket(const std::string& address, ArrivalTimes times = ArrivalTimes::No,
                     std::uint16_t port = 0);
  ~UdpSocket();
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  int descriptor() const { return descriptor_; }
  std::uint16_t port() const { return port_; }

  // False when the kernel does not take it.
  bool send(Bytes datagram, const sockaddr_in& to);
  // Whatever waits, up to kBatch datagrams.
  void receive(const std::function<void(const Datagram&)>& take);
  // Datagrams that the kernel threw away because nobody fetched them in time.
  std::uint32_t drops() const;

  static constexpr std::size_t kBatch = 16;

 private:
  int descriptor_;
  std::uint16_t port_ = 0;
  ArrivalTimes times_;
};

// Throws LoadError when it is not a numeric IPv4 address.
sockaddr_in socketAddress(const std::string& address, std::uint16_t port);

}  // namespace ms::load
