#include "modules/elements/src/turn_url.h"

#include <arpa/inet.h>

#include <charconv>

namespace ms::elements {
namespace {

using Transport = net::TurnServer::Transport;

std::optional<Transport> parseTransport(std::string_view name) {
  if (name == "udp") return Transport::Udp;
  if (name == "tcp") return Transport::Tcp;
  if (name == "tls") return Transport::Tls;
  return std::nullopt;
}

bool isIpv4(const std::string& address) {
  in_addr parsed;
  return inet_pton(AF_INET, address.c_str(), &parsed) == 1;
}

}  // namespace

std::optional<net::TurnServer> parseTurnUrl(std::string_view url) {
  net::TurnServer server;
  constexpr std::string_view kTransport = "?transport=";
  if (const auto at = url.find(kTransport); at != std::string_view::npos) {
    const auto transport = parseTransport(url.substr(at + kTransport.size()));
    if (!transport) return std::nullopt;
    server.transport = *transport;
    url = url.substr(0, at);
  }
  const auto host_at = url.rfind('@');  // A password may hold one, too.
  if (host_at == std::string_view::npos) return std::nullopt;
  const std::string_view credentials = url.substr(0, host_at), host = url.substr(host_at + 1);

  const auto user_end = credentials.find(':'), address_end = host.find(':');
  if (user_end == std::string_view::npos || address_end == std::string_view::npos)
    return std::nullopt;
  server.user = credentials.substr(0, user_end);
  server.password = credentials.substr(user_end + 1);
  server.address = host.substr(0, address_end);
  const std::string_view port = host.substr(address_end + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), server.port);
  if (error != std::errc() || end != port.data() + port.size() || server.port == 0 ||
      server.user.empty() || !isIpv4(server.address))
    return std::nullopt;
  return server;
}

}  // namespace ms::elements
