// Argument checks of the built-in classes: requests and errors as they are on the wire of
// Kurento 7.3.
#include <gtest/gtest.h>

#include "modules/elements/api.h"
#include "modules/filters/api.h"
#include "server/model/object_fixture.h"

namespace ms::api {
namespace {

using model::errorOf;
using model::json;

class StandIn : public model::Object {
 public:
  using Object::Object;
};

class RecordedTest : public ::testing::Test {
 protected:
  RecordedTest() {
    const auto pipeline = objects_.make<StandIn>("PIPE", kMediaPipelineClass, nullptr);
    objects_.make<StandIn>("HUB", kCompositeClass, pipeline);
  }

  template <typename Arguments>
  Arguments create(const model::ClassDescriptor& descriptor, const std::string& params) {
    return std::any_cast<Arguments>(descriptor.bind_constructor(json(params), objects_).arguments);
  }

  std::string createError(const model::ClassDescriptor& descriptor, const std::string& params) {
    return errorOf([&] { descriptor.bind_constructor(json(params), objects_); });
  }

  std::string invokeError(const model::ClassDescriptor& descriptor, std::string_view operation,
                          const std::string& params) {
    return errorOf([&] { descriptor.findMethod(operation)->bind(json(params), objects_); });
  }

  model::ObjectFixture objects_;
};

TEST_F(RecordedTest, MediaPipelineNeedsNoParams) {
  EXPECT_EQ(createError(kMediaPipelineClass, "null"), "");
  EXPECT_EQ(createError(kMediaPipelineClass, "{'foo': 1}"), "");
  EXPECT_EQ(createError(kMediaPipelineClass, "[]"),
            "40001 'constructorParams' should be an object");
  EXPECT_EQ(createError(kMediaPipelineClass, "'x'"),
            "40001 'constructorParams' should be an object");
}

TEST_F(RecordedTest, WebRtcEndpointNeedsItsPipeline) {
  EXPECT_EQ(createError(kWebRtcEndpointClass, "null"), "40001 'constructorParams' is required");
  EXPECT_EQ(createError(kWebRtcEndpointClass, "{}"),
            "40001 'mediaPipeline' parameter should be a string");
  EXPECT_EQ(createError(kWebRtcEndpointClass, "{'mediaPipeline': null}"),
            "40101 Object '' not found");
  EXPECT_EQ(createError(kWebRtcEndpointClass, "{'mediaPipeline': 5}"),
            "40101 Object '5' not found");
  EXPECT_EQ(createError(kWebRtcEndpointClass, "{'mediaPipeline': {}}"),
            "40001 'mediaPipeline' parameter should be a string");
}

TEST_F(RecordedTest, ObjectsOfTheWrongClassAreRefused) {
  EXPECT_NE(createError(kWebRtcEndpointClass, "{'mediaPipeline': 'HUB'}"), "");
  EXPECT_NE(createError(kHubPortClass, "{'hub': 'PIPE'}"), "");
  EXPECT_EQ(createError(kHubPortClass, "{'hub': 'HUB'}"), "");
  EXPECT_EQ(createError(kHubPortClass, "{'mediaPipeline': 'PIPE'}"),
            "40001 'hub' parameter should be a string");
}

TEST_F(RecordedTest, WebRtcEndpointTakesBooleansLeniently) {
  const auto create_with = [&](const std::string& more) {
    return create<WebRtcEndpointArguments>(kWebRtcEndpointClass,
                                           "{'mediaPipeline': 'PIPE', " + more + "}");
  };
  EXPECT_TRUE(create_with("'recvonly': 1").recvonly);
  EXPECT_FALSE(create_with("'recvonly': null").recvonly);
  EXPECT_TRUE(create_with("'unknownParam': 1, 'useDataChannels': true").use_data_channels);
  EXPECT_EQ(create_with("'certificateKeyType': 'ECDSA'").certificate_key_type,
            CertificateKeyType::Ecdsa);
  EXPECT_EQ(create_with("'recvonly': true").qos_dscp, DSCPValue::NoValue);
}

TEST_F(RecordedTest, WebRtcEndpointRefusesOtherValues) {
  const auto error = [&](const std::string& more) {
    return createError(kWebRtcEndpointClass, "{'mediaPipeline': 'PIPE', " + more + "}");
  };
  EXPECT_EQ(error("'recvonly': 'true'"), "40001 'recvonly' parameter should be a boolean");
  EXPECT_EQ(error("'recvonly': {}"), "40001 'recvonly' parameter should be a boolean");
  EXPECT_EQ(error("'certificateKeyType': 5"), "40001 Invalid value for 'CertificateKeyType'");
  EXPECT_EQ(error("'certificateKeyType': null"), "40001 Invalid value for 'CertificateKeyType'");
  EXPECT_EQ(error("'qosDscp': 'FOO'"), "40001 Invalid value for 'DSCPValue'");
}

TEST_F(RecordedTest, PlayerEndpointConvertsItsNumbers) {
  const std::string base = "{'mediaPipeline': 'PIPE', 'uri': 5, 'networkCache': ";
  const auto arguments = create<PlayerEndpointArguments>(kPlayerEndpointClass, base + "1.5}");
  EXPECT_EQ(arguments.uri, "5");
  EXPECT_EQ(arguments.network_cache, 1);
  EXPECT_EQ(createError(kPlayerEndpointClass, base + "'x'}"),
            "40001 'networkCache' parameter should be a integer");
  EXPECT_EQ(createError(kPlayerEndpointClass, "{'mediaPipeline': 'PIPE'}"),
            "40001 'uri' parameter should be a string");
}

TEST_F(RecordedTest, RtpEndpointChecksItsCrypto) {
  const auto error = [&](const std::string& crypto) {
    return createError(kRtpEndpointClass, "{'mediaPipeline': 'PIPE', 'crypto': " + crypto + "}");
  };
  EXPECT_EQ(error("{}"), "");
  EXPECT_EQ(error("null"), "");
  EXPECT_EQ(error("'x'"), "40001 'crypto' parameter should be a object");
  EXPECT_EQ(error("5"), "40001 'crypto' parameter should be a object");
  EXPECT_EQ(error("{'crypto': 'FOO'}"), "40001 Invalid value for 'CryptoSuite'");
  EXPECT_NE(error("{'__module__': 'elements', '__type__': 'SDES', 'key': 'x'}"), "");
  const auto arguments = create<RtpEndpointArguments>(
      kRtpEndpointClass,
      "{'mediaPipeline': 'PIPE', 'crypto': {'crypto': 'AES_128_CM_HMAC_SHA1_80'}}");
  EXPECT_EQ(arguments.crypto.crypto, CryptoSuite::Aes128CmHmacSha1_80);
}

TEST_F(RecordedTest, IceCandidatesAreChecked) {
  const auto error = [&](const std::string& candidate) {
    return invokeError(kWebRtcEndpointClass, "addIceCandidate", "{'candidate': " + candidate + "}");
  };
  EXPECT_EQ(error("{'candidate': 'c', 'sdpMid': '0', 'sdpMLineIndex': 0}"), "");
  EXPECT_EQ(error("{'candidate': 'c', 'sdpMLineIndex': 0}"),
            "40001 'sdpMid' property should be a string");
  EXPECT_EQ(error("'c'"), "40001 'candidate' parameter should be a object");
  EXPECT_EQ(invokeError(kWebRtcEndpointClass, "addIceCandidate", "null"),
            "40001 'candidate' parameter should be a object");
}

TEST_F(RecordedTest, HierarchyOfWebRtcEndpointIsThatOfDescribe) {
  EXPECT_EQ(kWebRtcEndpointClass.hierarchy(),
            (std::vector<std::string_view>{"kurento.BaseRtpEndpoint", "kurento.SdpEndpoint",
                                           "kurento.SessionEndpoint", "kurento.Endpoint",
                                           "kurento.MediaElement", "kurento.MediaObject"}));
}

TEST_F(RecordedTest, EmptyRembParamsAreMarkersOnly) {
  EXPECT_EQ(toJson(RembParams{}), json("{'__module__': 'kurento', '__type__': 'RembParams'}"));
}

TEST_F(RecordedTest, StatsKeepTheClassOfEachEntry) {
  RTCInboundRTPStreamStats stats;
  stats.id = "a";
  stats.type = StatsType::Inboundrtp;
  stats.packets_received = 7;
  const Json::Value written = stats.toJson();
  EXPECT_EQ(written["__type__"], "RTCInboundRTPStreamStats");
  EXPECT_EQ(written["type"], "inboundrtp");
  EXPECT_EQ(written["packetsReceived"], 7);
  EXPECT_EQ(written["packetsLost"], 0);
}

TEST_F(RecordedTest, AbstractClassesHaveNoConstructor) {
  EXPECT_TRUE(kServerManagerClass.is_abstract);
  EXPECT_EQ(kServerManagerClass.bind_constructor, nullptr);
  EXPECT_TRUE(kOpenCVFilterClass.is_abstract);
}

}  // namespace
}  // namespace ms::api
