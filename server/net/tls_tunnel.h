// TURN over TLS for libnice, which has none: in its RFC 8445 mode it speaks plain TCP to a server
// of that kind. The tunnel listens on loopback, libnice is told to use it as a TURN server over
// TCP, and each connection goes on to the real server through TLS (1.2 and newer).
//
// The server's certificate is not checked: a TURN server is configured by its number, and is
// trusted with encrypted media only. Made, used and destroyed on its worker's loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "server/base/loop.h"
#include "server/net/poll_set.h"
#include "server/net/socket_address.h"

namespace ms::net {

class Worker;

class TlsTunnel : private PollSet::Owner {
 public:
  // libnice opens one for each of our addresses; further ones are closed.
  static constexpr std::size_t kMaxConnections = 16;
  // What waits for one side that does not read; the other side is not read meanwhile.
  static constexpr std::size_t kMaxWaitingBytes = 256 * 1024;

  // None when it cannot listen.
  static std::unique_ptr<TlsTunnel> open(Worker& worker, const SocketAddress& server);
  ~TlsTunnel() override;
  TlsTunnel(const TlsTunnel&) = delete;
  TlsTunnel& operator=(const TlsTunnel&) = delete;

  // Where to connect to, on loopback, of the server's family.
  const SocketAddress& address() const { return address_; }
  std::size_t connectionCount() const { return connections_.size(); }

 private:
  class Connection;
  struct Tls;

  TlsTunnel(Worker& worker, int listener, const SocketAddress& address,
            const SocketAddress& server);
  void onReady(int descriptor, std::uint32_t events) override;
  void accept();
  void watch(const Connection& connection);
  void end(const Connection& connection);

  Loop& loop_;
  PollSet& polls_;
  const PollSet::OwnerId id_;
  const int listener_;
  const SocketAddress address_;
  const SocketAddress server_;
  const std::unique_ptr<Tls> tls_;
  std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace ms::net
