#include "server/config/kms_variables.h"

#include <arpa/inet.h>
#include <json/json.h>

#include <cstdlib>

#include "server/config/config_error.h"
#include "server/config/config_value.h"
#include "server/config/module_files.h"

namespace ms::config {
namespace {

bool isAddress(int family, const std::string& text) {
  in6_addr address{};  // Of either family.
  return inet_pton(family, text.c_str(), &address) == 1;
}

using Check = void (*)(const ConfigValue&);

void checkPort(const ConfigValue& value) { value.whole(1024, 65535); }
void checkText(const ConfigValue&) {}

template <int kFamily>
void checkExternal(const ConfigValue& value) {
  if (value.text() != kAutomatic && !isAddress(kFamily, value.text()))
    value.fail(kFamily == AF_INET ? "an IPv4 address or 'auto'" : "an IPv6 address or 'auto'");
}

struct Variable {
  const char* name;
  const char* class_name;
  const char* key;
  Check check;
};

constexpr Variable kVariables[] = {
    {"KMS_MIN_PORT", "BaseRtpEndpoint", "minPort", checkPort},
    {"KMS_MAX_PORT", "BaseRtpEndpoint", "maxPort", checkPort},
    {"KMS_MTU", "BaseRtpEndpoint", "mtu", [](const ConfigValue& v) { v.whole(1, 65535); }},
    {"KMS_EXTERNAL_IPV4", "WebRtcEndpoint", "externalIPv4", checkExternal<AF_INET>},
    {"KMS_EXTERNAL_IPV6", "WebRtcEndpoint", "externalIPv6", checkExternal<AF_INET6>},
    {"KMS_NETWORK_INTERFACES", "WebRtcEndpoint", "networkInterfaces", checkText},
    {"KMS_ICE_TCP", "WebRtcEndpoint", "iceTcp", [](const ConfigValue& v) { v.yesNo(); }},
    {"KMS_STUN_IP", "WebRtcEndpoint", "stunServerAddress",
     [](const ConfigValue& v) {
       if (!isAddress(AF_INET, v.text()) && !isAddress(AF_INET6, v.text())) v.fail("an IP address");
     }},
    {"KMS_STUN_PORT", "WebRtcEndpoint", "stunServerPort",
     [](const ConfigValue& v) { v.whole(1, 65535); }},
    {"KMS_TURN_URL", "WebRtcEndpoint", "turnURL", checkText},
    {"KMS_TURN_SECRET", "WebRtcEndpoint", "turnSharedSecret", checkText},
    {"KMS_PEM_CERTIFICATE_RSA", "WebRtcEndpoint", "pemCertificateRSA", checkText},
    {"KMS_PEM_CERTIFICATE_ECDSA", "WebRtcEndpoint", "pemCertificateECDSA", checkText},
};

bool isSet(const Environment& env, const char* name) { return !env(name).value_or("").empty(); }

}  // namespace

std::vector<ClassSetting> readKmsVariables(const Environment& env) {
  static const std::string kWhere = "environment";
  if (isSet(env, "KMS_STUN_IP") != isSet(env, "KMS_STUN_PORT"))
    throw ConfigError("KMS_STUN_IP and KMS_STUN_PORT mean something only together");
  std::vector<ClassSetting> settings;
  for (const auto& variable : kVariables) {
    if (!isSet(env, variable.name)) continue;
    const std::string text = *env(variable.name);
    const std::string name = variable.name;
    const Json::Value json(text);
    variable.check(ConfigValue(kWhere, name, json));
    settings.push_back({variable.class_name, variable.key, text});
  }
  return settings;
}

void applyClassSettings(const std::vector<ClassSetting>& settings, const std::string& folder,
                        Json::Value& modules) {
  Json::Value tree(Json::objectValue);
  for (const auto& [class_name, key, value] : settings) tree["kurento"][class_name][key] = value;
  typeScalars(tree);
  mergeTrees(tree, modules);
  for (const auto& setting : settings) {
    Json::Value& node = modules["kurento"][setting.class_name];
    if (!node.isMember("configPath")) node["configPath"] = folder;
  }
}

}  // namespace ms::config
