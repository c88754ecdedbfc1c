// Two ports for one medium of plain RTP: an even one for RTP and the next one for RTCP (RFC 3550
// §11).
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <system_error>

#include "server/base/random.h"
#include "server/net/bound_socket.h"

namespace ms::net {

struct PortRange {  // Both included.
  std::uint16_t min = 1024;
  std::uint16_t max = 65535;
};

struct PortPair {
  BoundSocket rtp;
  BoundSocket rtcp;

  std::uint16_t rtpPort() const { return rtp.localAddress().port(); }
  std::uint16_t rtcpPort() const { return rtcp.localAddress().port(); }
};

enum class AddressFamily { Ipv4, Ipv6 };

// On all addresses of the family. Looks for a free pair from a random one of the range on, each
// pair once. Errors: EADDRINUSE when all are taken or the range has none; else why no socket can be
// opened. Nothing stays open then.
std::expected<PortPair, std::error_code> openPortPair(AddressFamily family, const PortRange& range,
                                                      Random& random);

}  // namespace ms::net
