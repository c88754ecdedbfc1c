#include "server/net/local_addresses.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

namespace ms::net {
namespace {

using Scope = InterfaceAddress::Scope;

Scope scopeOf(const sockaddr_in& address) {
  const std::uint32_t host = ntohl(address.sin_addr.s_addr);
  if (host >> 24 == 127) return Scope::Loopback;
  return host >> 16 == 0xa9fe ? Scope::LinkLocal : Scope::Global;  // 169.254/16, RFC 3927.
}

Scope scopeOf(const sockaddr_in6& address) {
  if (IN6_IS_ADDR_LOOPBACK(&address.sin6_addr)) return Scope::Loopback;
  return IN6_IS_ADDR_LINKLOCAL(&address.sin6_addr) ? Scope::LinkLocal : Scope::Global;
}

std::optional<InterfaceAddress> read(const ifaddrs& entry) {
  if (!entry.ifa_addr || !(entry.ifa_flags & IFF_UP)) return std::nullopt;
  const bool is_ipv4 = entry.ifa_addr->sa_family == AF_INET;
  if (!is_ipv4 && entry.ifa_addr->sa_family != AF_INET6) return std::nullopt;

  std::array<char, NI_MAXHOST> text{};
  const socklen_t length = is_ipv4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  if (getnameinfo(entry.ifa_addr, length, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST))
    return std::nullopt;
  const Scope scope = is_ipv4 ? scopeOf(reinterpret_cast<const sockaddr_in&>(*entry.ifa_addr))
                              : scopeOf(reinterpret_cast<const sockaddr_in6&>(*entry.ifa_addr));
  return InterfaceAddress{entry.ifa_name, text.data(), scope};
}

}  // namespace

std::vector<InterfaceAddress> interfaceAddresses() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, freeifaddrs);

  std::vector<InterfaceAddress> found;
  for (const ifaddrs* entry = list; entry; entry = entry->ifa_next)
    if (auto address = read(*entry)) found.push_back(std::move(*address));
  return found;
}

std::vector<std::string> offeredAddresses(const std::vector<InterfaceAddress>& all,
                                          const std::vector<std::string>& interfaces,
                                          LoopbackCandidates loopback) {
  const auto isNamed = [&](const InterfaceAddress& address) {
    return std::ranges::find(interfaces, address.interface) != interfaces.end();
  };
  const auto isWanted = [&](const InterfaceAddress& address) {
    return interfaces.empty() || isNamed(address);
  };
  const bool is_alone = std::ranges::none_of(all, [&](const auto& address) {
    return isWanted(address) && address.scope == Scope::Global;
  });

  std::vector<std::string> offered;
  for (const auto& address : all) {
    const bool is_loopback = address.scope == Scope::Loopback;
    const bool is_asked_for = loopback == LoopbackCandidates::Always || isNamed(address) ||
                              (is_alone && isWanted(address));
    if (is_loopback ? is_asked_for : isWanted(address)) offered.push_back(address.address);
    if (offered.size() == kMaxLocalAddresses) break;
  }
  return offered;
}

}  // namespace ms::net
