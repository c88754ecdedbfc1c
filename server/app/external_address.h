// From which address the world sees this machine, asked of a STUN server, or of the cloud that the
// machine runs in: for `externalIPv4` and `externalIPv6` with the value `auto`.
#pragma once

#include <json/forwards.h>

#include <expected>
#include <string>

#include "server/app/cloud_metadata.h"
#include "server/base/units.h"
#include "server/net/socket_address.h"

namespace ms::app {

struct StunPatience {
  Duration first_wait = std::chrono::milliseconds(500);  // Doubles with each try, RFC 8489 §6.2.1.
  int tries = 5;
};

// Blocks. The address without port, or why there is none.
std::expected<std::string, std::string> externalAddress(const net::SocketAddress& stun_server,
                                                        StunPatience patience = {});

// Puts the address in the place of each `auto` of modules.kurento.WebRtcEndpoint: what the server
// of `stunServerAddress` says; without such a setting, what the cloud says. Blocks. Throws
// std::runtime_error when it cannot be found out: a server that announces a wrong address cannot be
// reached.
void resolveExternalAddresses(Json::Value& modules, StunPatience patience = {},
                              const MetadataService& cloud = {});

}  // namespace ms::app
