#include "modules/elements/src/dscp.h"

#include <string>

#include "server/base/log.h"

namespace ms::elements {
namespace {

LogCategory category("webrtcendpoint");

}  // namespace

int dscpOf(api::DSCPValue value) {
  using enum api::DSCPValue;
  switch (value) {
    case NoDscp:
    case NoValue:
      return kNoDscp;
    case AudioLow:
    case VideoLow:
    case DataLow:
    case ChromeLow:
    case Cs0:
      return 0;
    case AudioVerylow:
    case VideoVerylow:
    case DataVerylow:
    case Le:
      return 1;
    case ChromeVerylow:
    case Cs1:
      return 8;
    case DataMedium:
    case Af11:
      return 10;
    case Af12:
      return 12;
    case Af13:
      return 14;
    case Cs2:
      return 16;
    case DataHigh:
    case Af21:
      return 18;
    case Af22:
      return 20;
    case Af23:
      return 22;
    case Cs3:
      return 24;
    case Af31:
      return 26;
    case Af32:
      return 28;
    case Af33:
      return 30;
    case Cs4:
      return 32;
    case VideoHighThroughput:
    case Af41:
      return 34;
    case VideoMedium:
    case VideoHigh:
    case Af42:
      return 36;
    case VideoMediumThroughput:
    case Af43:
      return 38;
    case Cs5:
      return 40;
    case Voiceadmit:
      return 44;
    case AudioMedium:
    case AudioHigh:
    case Ef:
      return 46;
    case Cs6:
      return 48;
    case ChromeHigh:
    case ChromeMedium:
    case Cs7:
      return 56;
  }
  return kNoDscp;
}

int dscpOf(api::DSCPValue value, const core::ModuleSettings& settings) {
  if (value != api::DSCPValue::NoValue) return dscpOf(value);
  const std::string name = settings.text("WebRtcEndpoint", "qos-dscp", "");
  if (name.empty()) return kNoDscp;
  for (int i = 0; i <= static_cast<int>(api::DSCPValue::Le); ++i) {
    const auto candidate = static_cast<api::DSCPValue>(i);
    if (api::nameOf(candidate) == name) return dscpOf(candidate);
  }
  MS_LOG(category, Warning, "modules.kurento.WebRtcEndpoint.qos-dscp: unknown value " << name);
  return kNoDscp;
}

}  // namespace ms::elements
