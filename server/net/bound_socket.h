// A UDP socket that has its port and is read by nobody yet: made by whoever writes a description,
// on any thread, and then given to the worker that will use it (UdpSocket). What comes in between
// waits in the kernel.
#pragma once

#include <expected>
#include <system_error>
#include <utility>

#include "server/net/socket_address.h"

namespace ms::net {

class BoundSocket {
 public:
  // Non-blocking; IPv6 ones take no IPv4. Port 0: the kernel chooses. `dscp`: 0..63, or -1 for the
  // system's. The error is that of the system call: EADDRINUSE, EADDRNOTAVAIL, EACCES, EMFILE.
  static std::expected<BoundSocket, std::error_code> open(const SocketAddress& local, int dscp);

  BoundSocket(BoundSocket&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), local_(other.local_) {}
  BoundSocket& operator=(BoundSocket&& other) noexcept;
  ~BoundSocket();

  const SocketAddress& localAddress() const { return local_; }
  // The caller closes it.
  int release() && { return std::exchange(descriptor_, -1); }

 private:
  BoundSocket(int descriptor, const SocketAddress& local)
      : descriptor_(descriptor), local_(local) {}

  int descriptor_;
  SocketAddress local_;
};

}  // namespace ms::net
