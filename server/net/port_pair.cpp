#include "server/net/port_pair.h"

#include <utility>

namespace ms::net {
namespace {

constexpr int kSystemDscp = -1;

std::expected<PortPair, std::error_code> openAt(const char* any, std::uint16_t port) {
  auto rtp = BoundSocket::open(*SocketAddress::parse(any, port), kSystemDscp);
  if (!rtp) return std::unexpected(rtp.error());
  auto rtcp = BoundSocket::open(*SocketAddress::parse(any, static_cast<std::uint16_t>(port + 1)),
                                kSystemDscp);
  if (!rtcp) return std::unexpected(rtcp.error());
  return PortPair{std::move(*rtp), std::move(*rtcp)};
}

}  // namespace

std::expected<PortPair, std::error_code> openPortPair(AddressFamily family, const PortRange& range,
                                                      Random& random) {
  const char* const any = family == AddressFamily::Ipv6 ? "::" : "0.0.0.0";
  const std::error_code none_free = std::make_error_code(std::errc::address_in_use);
  const std::uint32_t first = range.min + (range.min & 1u);
  // The odd port of a pair has to be in the range, too.
  const std::uint32_t pairs = range.max > first ? (range.max - first + 1) / 2 : 0;
  if (pairs == 0) return std::unexpected(none_free);
  const std::uint32_t start = random.next32() % pairs;
  for (std::uint32_t i = 0; i < pairs; ++i) {
    const auto port = static_cast<std::uint16_t>(first + 2 * ((start + i) % pairs));
    auto pair = openAt(any, port);
    if (pair || pair.error() != none_free) return pair;
  }
  return std::unexpected(none_free);
}

}  // namespace ms::net
