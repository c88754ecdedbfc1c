// What configuration files say about WebRtcEndpoint (docs/configuration.md): read anew for each
// endpoint, since its properties start from these values.
#pragma once

#include <string>

#include "modules/core/src/module_settings.h"
#include "server/net/ice_agent.h"
#include "server/packet/sdp/codec_preferences.h"

namespace ms::elements {

// Start values of the ICE side: servers, addresses, ports, interfaces.
struct IceSettings {
  std::string network_interfaces;  // Comma-separated names, as the API has it. Empty: all.
  bool ice_tcp = true;
  std::string stun_server_address;
  int stun_server_port = 3478;
  std::string turn_url;
  std::string external_ipv4;
  std::string external_ipv6;
  int min_port = 1024;
  int max_port = 65535;
};
IceSettings readIceSettings(const core::ModuleSettings& settings);

// What an agent gathers; a TURN URL that cannot be read is named in the log and left out.
net::IceConfig makeIceConfig(const IceSettings& settings);

// Audio and video codecs in order of preference, as WebRTC may use them.
sdp::CodecPreferences readCodecPreferences(const core::ModuleSettings& settings);

}  // namespace ms::elements
