#include "modules/elements/src/sdp_settings.h"

#include <json/value.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "modules/elements/src/webrtc_events.h"
#include "server/base/log.h"
#include "server/base/random.h"

namespace ms::elements {
namespace {

LogCategory category("sdpendpoint");

constexpr const char* kClass = "SdpEndpoint";

// A list of {name, properties?}; absent: `defaults`.
std::vector<sdp::CodecName> readCodecs(const core::ModuleSettings& settings, const char* key,
                                       std::vector<sdp::CodecName> defaults) {
  const Json::Value& list = settings.value(kClass, key);
  if (!list.isArray()) return defaults;
  std::vector<std::string> names, refused;
  for (const Json::Value& entry : list)
    if (entry.isObject() && entry["name"].isString()) names.push_back(entry["name"].asString());
  auto codecs = sdp::parseCodecNames(names, refused);
  for (const std::string& name : refused)
    MS_LOG(category, Warning,
           "modules.kurento.SdpEndpoint." << key << ": no name of a codec: " << name);
  return codecs;
}

}  // namespace

sdp::CodecPreferences readConfiguredCodecs(const core::ModuleSettings& settings) {
  sdp::CodecPreferences preferences = sdp::defaultCodecPreferences();
  preferences.audio = readCodecs(settings, "audioCodecs", std::move(preferences.audio));
  preferences.video = readCodecs(settings, "videoCodecs", std::move(preferences.video));
  return preferences;
}

std::size_t readMediaCount(const core::ModuleSettings& settings, const char* key) {
  return settings.number(kClass, key, 1) > 0 ? 1 : 0;
}

sdp::LocalParameters makeLocalParameters() {
  std::array<std::uint8_t, sdp::LocalParameters::kEntropyBytes> entropy;
  SystemRandom().fill(entropy);
  auto local = sdp::LocalParameters::make(entropy);
  local.ntp_seconds = ntpSecondsNow();
  return local;
}

model::ApiError sdpError(sdp::SdpError error) {
  MS_LOG(category, Warning, "Session description refused: " << sdp::reason(error));
  return {model::ErrorCode::SdpParseError, sdp::message(error)};
}

std::uint32_t toKbps(int kbps) { return static_cast<std::uint32_t>(std::max(kbps, 0)); }

}  // namespace ms::elements
