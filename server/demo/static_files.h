// The demo page's files, kept inside the program. embed.cmake makes static_files.cpp of them at
// build time; the WebSocket server's HTTP hook asks for them by path.
#pragma once

#include <optional>
#include <string_view>

namespace ms::demo {

struct StaticFile {
  std::string_view content_type;
  std::string_view body;
};

// The Content-Security-Policy header to send with each file: nothing from elsewhere, except that
// the page may open WebSockets to other servers.
inline constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src "
    "'self' "
    "blob: mediastream:; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

// `path` is that of the request, such as "/" or "/demo.js"; a query is ignored.
std::optional<StaticFile> findFile(std::string_view path);

}  // namespace ms::demo
