#include "modules/elements/src/webrtc_settings.h"

#include <algorithm>
#include <chrono>
#include <sstream>
#include <utility>
#include <vector>

#include "modules/elements/src/sdp_settings.h"
#include "modules/elements/src/turn_credentials.h"
#include "modules/elements/src/turn_url.h"
#include "server/base/log.h"
#include "server/base/random.h"

namespace ms::elements {
namespace {

LogCategory category("webrtcendpoint");

constexpr const char* kClass = "WebRtcEndpoint";
constexpr int kMinPort = 1024, kMaxPort = 65535;
constexpr int kDaySeconds = 24 * 3600, kYearSeconds = 366 * kDaySeconds;

std::vector<std::string> splitAtCommas(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) {
    std::erase(part, ' ');
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

// Longer by a random part of an hour a day, so that endpoints which are made in the same second are
// different users to the TURN server's quota.
std::string readTurnUrl(const core::ModuleSettings& settings) {
  const std::string url = settings.text(kClass, "turnURL", "");
  const std::string secret = settings.text(kClass, "turnSharedSecret", "");
  if (url.empty() || secret.empty()) return url;
  const int lifetime =
      std::clamp(settings.number(kClass, "turnCredentialsLifetime", kDaySeconds), 1, kYearSeconds);
  const auto longer = SystemRandom().next32() % (static_cast<unsigned>(lifetime) / 24 + 1);
  return withTimeLimitedCredentials(
      url, secret, std::chrono::system_clock::now() + std::chrono::seconds(lifetime + longer));
}

}  // namespace

IceSettings readIceSettings(const core::ModuleSettings& settings) {
  IceSettings ice;
  ice.network_interfaces = settings.text(kClass, "networkInterfaces", "");
  ice.ice_tcp = settings.flag(kClass, "iceTcp", true);
  ice.stun_server_address = settings.text(kClass, "stunServerAddress", "");
  ice.stun_server_port = settings.number(kClass, "stunServerPort", ice.stun_server_port);
  ice.turn_url = readTurnUrl(settings);
  ice.external_ipv4 = settings.text(kClass, "externalIPv4", "");
  ice.external_ipv6 = settings.text(kClass, "externalIPv6", "");
  ice.min_port = settings.number("BaseRtpEndpoint", "minPort", ice.min_port);
  ice.max_port = settings.number("BaseRtpEndpoint", "maxPort", ice.max_port);
  return ice;
}

net::IceConfig makeIceConfig(const IceSettings& settings) {
  net::IceConfig config;
  config.tcp = settings.ice_tcp ? net::IceTcp::On : net::IceTcp::Off;
  config.interfaces = splitAtCommas(settings.network_interfaces);
  config.min_port = static_cast<std::uint16_t>(std::clamp(settings.min_port, kMinPort, kMaxPort));
  config.max_port = static_cast<std::uint16_t>(
      std::clamp(settings.max_port, static_cast<int>(config.min_port), kMaxPort));

  if (!settings.stun_server_address.empty())
    config.stun_servers.push_back(
        {settings.stun_server_address,
         static_cast<std::uint16_t>(std::clamp(settings.stun_server_port, 1, kMaxPort))});
  config.external_ipv4 = settings.external_ipv4;
  config.external_ipv6 = settings.external_ipv6;
  if (!settings.turn_url.empty()) {
    if (const auto server = parseTurnUrl(settings.turn_url))
      config.turn_servers.push_back(*server);
    else
      MS_LOG(category, Error,
             "The TURN URL is not user:password@IPv4:port[?transport=udp|tcp|tls]");
  }
  return config;
}

sdp::CodecPreferences readCodecPreferences(const core::ModuleSettings& settings) {
  const bool h265 = settings.flag(kClass, "enable-h265", false);
  return sdp::webRtcCodecs(readConfiguredCodecs(settings),
                           h265 ? sdp::H265::Enabled : sdp::H265::Disabled);
}

}  // namespace ms::elements
