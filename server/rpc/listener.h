// Accepts TCP connections on one port and hands them over as Streams.
//
// Lives on one loop. When descriptors run out it waits a little and goes on.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/base/loop.h"
#include "server/rpc/stream.h"
#include "server/rpc/tls_context.h"

namespace ms::rpc {

enum class IpVersions { Ipv4, Both };

struct ListenAddress {
  std::string host{};      // Name or number; empty: all addresses of this machine.
  std::uint16_t port = 0;  // 0: one that is free.
  // Without a host: IPv6 and IPv4 on one socket, or IPv4 where the machine has no IPv6.
  IpVersions versions = IpVersions::Both;
  std::optional<int> backlog{};  // Default: as many as the system allows.
};

class Listener {
 public:
  using OnAccepted = std::function<void(std::unique_ptr<Stream>)>;

  // Throws std::runtime_error with the reason. `tls` is null for plain TCP.
  Listener(Loop& loop, const ListenAddress& address, TlsContext tls, OnAccepted on_accepted);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t port() const;

 private:
  struct Parts;
  const std::shared_ptr<Parts> parts_;
};

}  // namespace ms::rpc
