// What WebRtcEndpoint and RtpEndpoint need alike for an offer or an answer: configured codecs and
// what is random in a description.
#pragma once

#include <cstdint>

#include "modules/core/src/module_settings.h"
#include "server/model/api_error.h"
#include "server/packet/sdp/codec_preferences.h"
#include "server/packet/sdp/offer_answer.h"
#include "server/packet/sdp/sdp_error.h"

namespace ms::elements {

// Audio and video codecs of SdpEndpoint in order of preference. Names that cannot be read are named
// in the log and left out.
sdp::CodecPreferences readConfiguredCodecs(const core::ModuleSettings& settings);

// How many m-lines of a kind an endpoint takes: 0 or 1.
std::size_t readMediaCount(const core::ModuleSettings& settings, const char* key);

// Without fingerprint.
sdp::LocalParameters makeLocalParameters();

// 40201, and the reason in the log.
model::ApiError sdpError(sdp::SdpError error);

// A negative number counts as none.
std::uint32_t toKbps(int kbps);

}  // namespace ms::elements
