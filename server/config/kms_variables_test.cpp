#include "server/config/kms_variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <json/json.h>

#include <map>

#include "server/config/config_error.h"

namespace ms::config {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

using Variables = std::map<std::string, std::string>;

std::vector<ClassSetting> read(const Variables& variables) {
  return readKmsVariables([&](const char* name) -> std::optional<std::string> {
    const auto it = variables.find(name);
    if (it == variables.end()) return std::nullopt;
    return it->second;
  });
}

Json::Value modulesOf(const Variables& variables) {
  Json::Value modules(Json::objectValue);
  applyClassSettings(read(variables), "/etc/kurento", modules);
  return modules["kurento"];
}

TEST(KmsVariables, SetWhatTheDocumentationSays) {
  const auto classes = modulesOf({{"KMS_MIN_PORT", "40000"},
                                  {"KMS_MAX_PORT", "40999"},
                                  {"KMS_MTU", "1100"},
                                  {"KMS_EXTERNAL_IPV4", "198.51.100.7"},
                                  {"KMS_EXTERNAL_IPV6", "auto"},
                                  {"KMS_NETWORK_INTERFACES", "eth0,eth1"},
                                  {"KMS_ICE_TCP", "0"},
                                  {"KMS_STUN_IP", "192.0.2.1"},
                                  {"KMS_STUN_PORT", "3479"},
                                  {"KMS_TURN_URL", "me:secret@192.0.2.2:3478"},
                                  {"KMS_TURN_SECRET", "north"},
                                  {"KMS_PEM_CERTIFICATE_RSA", "/run/secrets/rsa.pem"},
                                  {"KMS_PEM_CERTIFICATE_ECDSA", "ecdsa.pem"}});
  EXPECT_EQ(classes["BaseRtpEndpoint"]["minPort"], 40000);
  EXPECT_EQ(classes["BaseRtpEndpoint"]["maxPort"], 40999);
  EXPECT_EQ(classes["BaseRtpEndpoint"]["mtu"], 1100);
  const auto& webrtc = classes["WebRtcEndpoint"];
  EXPECT_EQ(webrtc["externalIPv4"], "198.51.100.7");
  EXPECT_EQ(webrtc["externalIPv6"], "auto");
  EXPECT_EQ(webrtc["networkInterfaces"], "eth0,eth1");
  EXPECT_EQ(webrtc["iceTcp"], 0);
  EXPECT_EQ(webrtc["stunServerAddress"], "192.0.2.1");
  EXPECT_EQ(webrtc["stunServerPort"], 3479);
  EXPECT_EQ(webrtc["turnURL"], "me:secret@192.0.2.2:3478");
  EXPECT_EQ(webrtc["turnSharedSecret"], "north");
  EXPECT_EQ(webrtc["pemCertificateRSA"], "/run/secrets/rsa.pem");
  EXPECT_EQ(webrtc["pemCertificateECDSA"], "ecdsa.pem");
  EXPECT_EQ(webrtc["configPath"], "/etc/kurento");
}

TEST(KmsVariables, ChangeNothingWhenTheyAreUnsetOrEmpty) {
  EXPECT_THAT(read({}), IsEmpty());
  EXPECT_THAT(read({{"KMS_MIN_PORT", ""}, {"KMS_TURN_URL", ""}}), IsEmpty());
}

TEST(KmsVariables, WinOverFilesAndLeaveTheRestOfThem) {
  Json::Value modules(Json::objectValue);
  modules["kurento"]["WebRtcEndpoint"]["iceTcp"] = 1;
  modules["kurento"]["WebRtcEndpoint"]["qos-dscp"] = "LE";
  modules["kurento"]["WebRtcEndpoint"]["configPath"] = "/files";
  applyClassSettings(read({{"KMS_ICE_TCP", "false"}}), "/etc/kurento", modules);
  EXPECT_EQ(modules["kurento"]["WebRtcEndpoint"]["iceTcp"], false);
  EXPECT_EQ(modules["kurento"]["WebRtcEndpoint"]["qos-dscp"], "LE");
  EXPECT_EQ(modules["kurento"]["WebRtcEndpoint"]["configPath"], "/files");
}

TEST(KmsVariables, AreRefusedByNameWhenTheyMakeNoSense) {
  const Variables bad[] = {{{"KMS_MIN_PORT", "80"}},
                           {{"KMS_MAX_PORT", "many"}},
                           {{"KMS_MTU", "0"}},
                           {{"KMS_EXTERNAL_IPV4", "2001:db8::1"}},
                           {{"KMS_EXTERNAL_IPV6", "198.51.100.7"}},
                           {{"KMS_ICE_TCP", "maybe"}},
                           {{"KMS_STUN_IP", "stun.example"}, {"KMS_STUN_PORT", "1"}}};
  for (const auto& variables : bad)
    EXPECT_THAT([&] { read(variables); },
                ThrowsMessage<ConfigError>(HasSubstr(variables.begin()->first)));
}

TEST(KmsVariables, WantAStunAddressAndItsPortTogether) {
  EXPECT_THROW(read({{"KMS_STUN_IP", "192.0.2.1"}}), ConfigError);
  EXPECT_THROW(read({{"KMS_STUN_PORT", "3478"}}), ConfigError);
}

}  // namespace
}  // namespace ms::config
