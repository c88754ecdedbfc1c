// Opens one TCP connection to a host by name, plain or TLS.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "server/base/loop.h"
#include "server/rpc/stream.h"
#include "server/rpc/tls_context.h"

namespace ms::rpc {

// Calls `done` on `loop` once: with the stream (its handshake still to be done) or why there is
// none. `tls` is null for plain TCP. Called on `loop`.
void connectStream(Loop& loop, const std::string& host, const std::string& port, TlsContext tls,
                   std::function<void(std::expected<std::unique_ptr<Stream>, std::string>)> done);

}  // namespace ms::rpc
