#include "server/net/bound_socket.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "server/net/udp_socket.h"

namespace ms::net {
namespace {

std::error_code lastError() { return {errno, std::generic_category()}; }

// Wishes: a kernel that refuses them loses speed, not function.
void ask(int descriptor, int level, int option, int value) {
  (void)setsockopt(descriptor, level, option, &value, sizeof value);
}

}  // namespace

std::expected<BoundSocket, std::error_code> BoundSocket::open(const SocketAddress& local,
                                                              int dscp) {
  const int descriptor = ::socket(local.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return std::unexpected(lastError());
  BoundSocket made(descriptor, local);
  if (local.family() == AF_INET6) ask(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  askForBuffers(descriptor);
  ask(descriptor, SOL_UDP, UDP_GRO, 1);
  if (::bind(descriptor, local.data(), local.size()) != 0) return std::unexpected(lastError());
  const auto bound = SocketAddress::ofSocket(descriptor);
  if (!bound || (dscp >= 0 && !setDscp(descriptor, dscp))) return std::unexpected(lastError());
  made.local_ = *bound;
  return made;
}

BoundSocket& BoundSocket::operator=(BoundSocket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(local_, other.local_);
  return *this;
}

BoundSocket::~BoundSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace ms::net
