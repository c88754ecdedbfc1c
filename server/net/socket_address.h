// An IPv4 or IPv6 address with a port, as a value and as the socket calls want it.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

namespace ms::net {

class SocketAddress {
 public:
  // None: family AF_UNSPEC.
  SocketAddress() : any_{} {}
  explicit SocketAddress(const sockaddr_in& address) : ipv4_(address) {}
  explicit SocketAddress(const sockaddr_in6& address) : ipv6_(address) {}

  // Numeric; an IPv6 link-local address may name its interface ("fe80::1%eth0").
  static std::optional<SocketAddress> parse(const std::string& address, std::uint16_t port);
  // As a socket call wrote it; none for other families.
  static std::optional<SocketAddress> from(const sockaddr& address);
  // What the socket is bound to.
  static std::optional<SocketAddress> ofSocket(int descriptor);

  int family() const { return any_.sa_family; }
  std::uint16_t port() const;
  // Without port and brackets.
  std::string text() const;

  const sockaddr* data() const { return &any_; }
  sockaddr* data() { return &any_; }
  socklen_t size() const;
  static constexpr socklen_t kCapacity = sizeof(sockaddr_in6);

  SocketAddress withPort(std::uint16_t port) const;
  // A link-local address that names no interface gets that of `local`, the socket that reaches it.
  SocketAddress seenFrom(const SocketAddress& local) const;
  // All but the port.
  bool isSameHost(const SocketAddress& other) const;
  // Family, address, port; the interface of link-local ones.
  bool operator==(const SocketAddress& other) const;

 private:
  union {
    sockaddr any_;
    sockaddr_in ipv4_;
    sockaddr_in6 ipv6_ = {};
  };
};

}  // namespace ms::net
