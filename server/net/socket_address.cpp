#include "server/net/socket_address.h"

#include <netdb.h>

#include <array>
#include <cstring>

namespace ms::net {

std::optional<SocketAddress> SocketAddress::parse(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (address.empty() ||
      getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
    return std::nullopt;
  auto result = from(*found->ai_addr);
  freeaddrinfo(found);
  return result;
}

std::optional<SocketAddress> SocketAddress::from(const sockaddr& address) {
  switch (address.sa_family) {
    case AF_INET:
      return SocketAddress(reinterpret_cast<const sockaddr_in&>(address));
    case AF_INET6:
      return SocketAddress(reinterpret_cast<const sockaddr_in6&>(address));
    default:
      return std::nullopt;
  }
}

std::optional<SocketAddress> SocketAddress::ofSocket(int descriptor) {
  SocketAddress address;
  socklen_t length = kCapacity;
  if (getsockname(descriptor, address.data(), &length) != 0) return std::nullopt;
  return from(*address.data());
}

std::uint16_t SocketAddress::port() const {
  switch (family()) {
    case AF_INET:
      return ntohs(ipv4_.sin_port);
    case AF_INET6:
      return ntohs(ipv6_.sin6_port);
    default:
      return 0;
  }
}

std::string SocketAddress::text() const {
  std::array<char, NI_MAXHOST> text{};
  if (getnameinfo(data(), size(), text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0)
    return {};
  return text.data();
}

socklen_t SocketAddress::size() const {
  return family() == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
}

SocketAddress SocketAddress::withPort(std::uint16_t port) const {
  SocketAddress changed = *this;
  if (family() == AF_INET) changed.ipv4_.sin_port = htons(port);
  if (family() == AF_INET6) changed.ipv6_.sin6_port = htons(port);
  return changed;
}

SocketAddress SocketAddress::seenFrom(const SocketAddress& local) const {
  SocketAddress changed = *this;
  if (family() == AF_INET6 && local.family() == AF_INET6 && ipv6_.sin6_scope_id == 0 &&
      IN6_IS_ADDR_LINKLOCAL(&ipv6_.sin6_addr))
    changed.ipv6_.sin6_scope_id = local.ipv6_.sin6_scope_id;
  return changed;
}

bool SocketAddress::operator==(const SocketAddress& other) const {
  return port() == other.port() && isSameHost(other);
}

bool SocketAddress::isSameHost(const SocketAddress& other) const {
  if (family() != other.family()) return false;
  switch (family()) {
    case AF_INET:
      return ipv4_.sin_addr.s_addr == other.ipv4_.sin_addr.s_addr;
    case AF_INET6:
      return std::memcmp(&ipv6_.sin6_addr, &other.ipv6_.sin6_addr, sizeof(in6_addr)) == 0 &&
             (!IN6_IS_ADDR_LINKLOCAL(&ipv6_.sin6_addr) ||
              ipv6_.sin6_scope_id == other.ipv6_.sin6_scope_id);
    default:
      return true;
  }
}

}  // namespace ms::net
