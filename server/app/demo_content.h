// The demo page as the WebSocket server serves it to browsers.
#pragma once

#include <optional>
#include <string>

#include "server/rpc/http_response.h"

namespace ms::app {

// Nothing for a path that the page does not have.
std::optional<rpc::HttpResponse> demoContent(const std::string& path);

}  // namespace ms::app
