// The public address of this machine as the cloud that it runs in knows it: for `auto` where no
// STUN server is configured. Asks the metadata services of EC2 (version 2, with a token), Google
// Compute Engine and Azure, which all listen at the same link-local address; who answers is the
// cloud.
#pragma once

#include <optional>
#include <string>

#include "server/base/units.h"
#include "server/net/socket_address.h"

namespace ms::app {

struct MetadataService {
  net::SocketAddress address = *net::SocketAddress::parse("169.254.169.254", 80);
  Duration patience = std::chrono::seconds(1);  // For each of four questions at most.
};

// `family`: AF_INET; AF_INET6, which is asked of EC2 only. Blocks. Nothing when nobody answers, or
// with anything but an address of this family.
std::optional<std::string> addressFromCloud(int family, const MetadataService& service = {});

}  // namespace ms::app
