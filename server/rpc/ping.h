// Asks a server whether it answers, as a client would: a WebSocket connection and the request
// `ping`. For health checks.
#pragma once

#include <string>

#include "server/base/units.h"

namespace ms::rpc {

// Empty when the server at `uri` (ws(s)://host:port/path) answered in time, otherwise why not. The
// certificate of a server over TLS is not checked. Blocks; for main() and tests.
std::string pingServer(const std::string& uri, Duration within);

}  // namespace ms::rpc
