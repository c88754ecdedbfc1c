// Which addresses of this machine an ICE agent offers.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace ms::net {

// Each takes up to two sockets per session.
inline constexpr std::size_t kMaxLocalAddresses = 32;

// Loopback addresses reach peers on this machine only. WhenAlone: offered when no other address is
// there that a peer could reach, or when their interface is asked for by name.
enum class LoopbackCandidates { WhenAlone, Always };

struct InterfaceAddress {
  enum class Scope { Global, LinkLocal, Loopback };
  std::string interface;
  std::string address;  // Numeric; IPv6 link-local ones with "%interface".
  Scope scope = Scope::Global;
};

// Of all interfaces that are up.
std::vector<InterfaceAddress> interfaceAddresses();

// Those of the named interfaces (of all, when none is named), the first kMaxLocalAddresses.
std::vector<std::string> offeredAddresses(const std::vector<InterfaceAddress>& all,
                                          const std::vector<std::string>& interfaces,
                                          LoopbackCandidates loopback);

}  // namespace ms::net
