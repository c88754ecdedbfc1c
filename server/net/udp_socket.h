// A UDP socket on a worker's loop: what comes is told datagram by datagram, what goes leaves in the
// worker's SendBatch. Made, used and destroyed on that loop; its observer may destroy it from
// inside.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <system_error>

#include "server/base/units.h"
#include "server/net/bound_socket.h"
#include "server/net/poll_set.h"
#include "server/net/send_batch.h"
#include "server/net/socket_address.h"

namespace ms::net {

class DatagramReader;
class Worker;

// Asked for; the kernel's net.core.rmem_max and wmem_max may give less. Memory is used only for
// what waits.
inline constexpr int kSocketBufferBytes = 1 << 20;
void askForBuffers(int descriptor);

// DSCP 0..63 for all that the socket sends, of either family (RFC 2474). False: refused.
bool setDscp(int descriptor, int dscp);

class UdpSocketObserver {
 public:
  virtual ~UdpSocketObserver() = default;
  // The bytes may be changed and are gone on return.
  virtual void onUdpDatagram(MutableBytes datagram, const SocketAddress& from, Timestamp now) = 0;
};

class UdpSocket : private PollSet::Owner {
 public:
  struct Options {
    int dscp = -1;  // 0..63; -1: the system's.
  };

  // Bound to `local`; port 0: the kernel chooses. `observer` outlives the socket. The error is that
  // of the system call: EADDRINUSE, EADDRNOTAVAIL, EACCES, EMFILE.
  static std::expected<std::unique_ptr<UdpSocket>, std::error_code> open(
      Worker& worker, const SocketAddress& local, Options options, UdpSocketObserver& observer);
  // With a socket that was bound before.
  UdpSocket(Worker& worker, BoundSocket socket, UdpSocketObserver& observer);
  // Sends what is pending, and closes.
  ~UdpSocket() override;
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  const SocketAddress& localAddress() const { return local_; }

  // Where send() sends to from now on. What is pending goes to the former one.
  void setRemote(const SocketAddress& remote);
  const std::optional<SocketAddress>& remoteAddress() const { return remote_; }

  // Leaves at the end of the turn. Nothing before setRemote().
  void send(Bytes datagram);

 private:
  void onReady(int descriptor, std::uint32_t events) override;

  Loop& loop_;
  PollSet& polls_;
  DatagramReader& reader_;
  SendBatch& batch_;
  UdpSocketObserver& observer_;
  const SocketAddress local_;
  const int descriptor_;
  const PollSet::OwnerId id_;
  std::optional<SocketAddress> remote_;
  std::optional<SendBatch::Path> path_;
  bool* is_gone_ = nullptr;  // While the observer is being told.
};

}  // namespace ms::net
