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

// Whether the kernel may hand over datagrams of one sender that came together as one (UDP_GRO),
// which saves the receiver's part of their way through the network stack.
enum class Joining { Off, On };

struct UdpOptions {
  ArrivalTimes times = ArrivalTimes::No;
  Joining joining = Joining::Off;
  std::uint16_t port = 0;  // 0: any.
};

class UdpSocket {
 public:
  struct Datagram {
    MutableBytes bytes;  // Gone after the call.
    sockaddr_in from{};
    Nanoseconds arrival{0};  // 0 without ArrivalTimes.
  };

  // `address`: numeric IPv4. Throws LoadError.
  explicit UdpSocket(const std::string& address, const UdpOptions& options = {});
  ~UdpSocket();
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  int descriptor() const { return descriptor_; }
  std::uint16_t port() const { return port_; }

  // False when the kernel does not take it.
  bool send(Bytes datagram, const sockaddr_in& to);
  // Whatever waits, up to kBatch datagrams; joined ones are taken apart.
  void receive(const std::function<void(const Datagram&)>& take);
  // Datagrams that the kernel threw away because nobody fetched them in time.
  std::uint32_t drops() const;

  static constexpr std::size_t kBatch = 16;

 private:
  int descriptor_;
  std::uint16_t port_ = 0;
  const UdpOptions options_;
};

// Throws LoadError when it is not a numeric IPv4 address.
sockaddr_in socketAddress(const std::string& address, std::uint16_t port);

}  // namespace ms::load
