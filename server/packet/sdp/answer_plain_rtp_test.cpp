#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/packet/sdp/offer_answer.h"
#include "server/packet/sdp/test_descriptions.h"

namespace ms::sdp {
namespace {

using testing::ElementsAre;

const std::string kPlainSession =
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n";

TEST(PlainRtpAnswer, HasAddressAndPortsInsteadOfIce) {
  const auto answer = makeAnswer(kPlainSession +
                                     "m=audio 5006 RTP/AVPF 96\r\na=rtpmap:96 opus/48000/2\r\n"
                                     "a=sendonly\r\na=rtcp-mux\r\na=direction:active\r\n",
                                 plainRtpConfig());

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->local.line('c'), "IN IP4 198.51.100.1");
  EXPECT_EQ(answer->local.media[0].port, 6416);
  EXPECT_EQ(answer->local.media[0].protocol, "RTP/AVPF");
  EXPECT_THAT(attributesOf(answer->local.media[0]),
              ElementsAre("rtcp:6417", "recvonly", "rtpmap:96 opus/48000/2", "direction:passive",
                          "ssrc:454827294 cname:user589571366@host-2728292a"));
  EXPECT_TRUE(answer->session.transports.empty());
  EXPECT_EQ(
      answer->session.media[0].target,
      (RtpTarget{.address = "192.0.2.7", .rtp_port = 5006, .rtcp_port = 5007, .symmetric = true}));
}

TEST(PlainRtpAnswer, ReadsThePeersOwnRtcpPortAndAddress) {
  const auto answer =
      makeAnswer(kPlainSession + "m=audio 5004 RTP/AVP 0\r\nc=IN IP4 192.0.2.8\r\na=rtcp:5020\r\n",
                 plainRtpConfig());

  ASSERT_TRUE(answer);
  EXPECT_EQ(
      answer->session.media[0].target,
      (RtpTarget{.address = "192.0.2.8", .rtp_port = 5004, .rtcp_port = 5020, .symmetric = false}));
}

TEST(PlainRtpAnswer, TakesAnUnknownDynamicCodecWithoutNamingIt) {
  const auto answer = makeAnswer(
      kPlainSession + "m=video 5004 RTP/AVP 100\r\na=rtpmap:100 FOO/90000\r\n", plainRtpConfig());

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->local.media[0].port, 6418);
  EXPECT_THAT(answer->local.media[0].formats, ElementsAre("100"));
  EXPECT_FALSE(answer->local.media[0].has("rtpmap"));
  EXPECT_EQ(answer->session.media[0].codecs[0].codec, rtp::Codec::Other);
}

TEST(PlainRtpAnswer, RejectsWhatNeedsKeys) {
  for (const char* protocol : {"RTP/SAVP", "RTP/SAVPF", "UDP/TLS/RTP/SAVPF"}) {
    const auto answer = makeAnswer(
        kPlainSession + "m=audio 5004 " + std::string(protocol) + " 0\r\n", plainRtpConfig());

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->local.media[0].port, 0) << protocol;
  }
}

TEST(PlainRtpAnswer, ReadsAnotherAddressForRtcp) {
  const auto answer =
      makeAnswer(kPlainSession + "m=audio 5004 RTP/AVP 0\r\na=rtcp:5020 IN IP4 192.0.2.9\r\n",
                 plainRtpConfig());

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->session.media[0].target, (RtpTarget{.address = "192.0.2.7",
                                                        .rtp_port = 5004,
                                                        .rtcp_port = 5020,
                                                        .rtcp_address = "192.0.2.9",
                                                        .symmetric = false}));
}

TEST(PlainRtpAnswer, IsSymmetricWhenTheSessionSaysSo) {
  const auto answer =
      makeAnswer(kPlainSession + "a=direction:active\r\nm=audio 9 RTP/AVP 0\r\n", plainRtpConfig());

  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->session.media[0].target->symmetric);
  EXPECT_EQ(answer->local.value("direction"), "passive");
}

TEST(PlainRtpAnswer, SpeaksIpv6) {
  NegotiationConfig config = plainRtpConfig();
  config.address = "2001:db8::1";
  const auto answer = makeAnswer(
      "v=0\r\no=- 0 0 IN IP6 2001:db8::7\r\ns=-\r\n"
      "c=IN IP6 2001:db8::7\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\n",
      config);

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->local.line('c'), "IN IP6 2001:db8::1");
  EXPECT_EQ(answer->session.media[0].target->address, "2001:db8::7");
}

TEST(PlainRtpAnswer, RejectsAMediaForWhichNoPortWasFree) {
  NegotiationConfig config = plainRtpConfig();
  config.audio_ports = {};
  const auto answer = makeAnswer(
      kPlainSession + "m=audio 5004 RTP/AVP 0\r\nm=video 5006 RTP/AVP 96\r\n" + kVp8, config);

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->local.media[0].port, 0);
  EXPECT_EQ(answer->local.media[1].port, 6418);
  ASSERT_EQ(answer->session.media.size(), 1u);
  EXPECT_EQ(answer->session.media[0].kind, rtp::MediaKind::Video);
}

TEST(PlainRtpAnswer, KeepsEveryConfiguredCodecOfTheOffer) {
  NegotiationConfig config = plainRtpConfig();
  std::vector<std::string> refused;
  config.codecs.audio = parseCodecNames(
      std::vector<std::string>{"opus/48000/2", "AMR/8000", "G722/8000", "speex/16000"}, refused);
  const auto answer = makeAnswer(kPlainSession +
                                     "m=audio 5004 RTP/AVP 97 9 110 0\r\na=rtpmap:97 AMR/8000/1\r\n"
                                     "a=fmtp:97 octet-align=1\r\na=rtpmap:110 SPEEX/16000\r\n"
                                     "m=video 5006 RTP/AVPF 105 106\r\na=rtpmap:105 H265/90000\r\n"
                                     "a=rtpmap:106 H264/90000\r\n",
                                 config);

  ASSERT_TRUE(answer);
  EXPECT_THAT(refused, testing::IsEmpty());
  EXPECT_THAT(answer->local.media[0].formats, ElementsAre("97", "9", "110"));
  EXPECT_THAT(answer->local.media[1].formats, ElementsAre("105", "106"));
  EXPECT_EQ(answer->session.media[0].codecs[1].name, "G722");
}

// ---- SDES ----

const std::string kTheirKey = "//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi";
const std::string kOurKey = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0e";

TEST(SdesAnswer, HasItsOwnKeyUnderTheTagOfTheLineItTook) {
  for (const std::string protocol : {"RTP/SAVP", "RTP/SAVPF"}) {
    const auto answer =
        makeAnswer(kPlainSession + "m=audio 5004 " + protocol +
                       " 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:" + kTheirKey +
                       "\r\na=crypto:5 AES_CM_128_HMAC_SHA1_80 inline:" + kTheirKey + "\r\n",
                   sdesConfig());

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->local.media[0].protocol, protocol);
    EXPECT_THAT(valuesOf(answer->local.media[0], "crypto"),
                ElementsAre("5 AES_CM_128_HMAC_SHA1_80 inline:" + kOurKey));
    const auto& crypto = answer->session.media[0].crypto;
    ASSERT_TRUE(crypto);
    EXPECT_EQ(crypto->local.key, sdesConfig().crypto->key);
    EXPECT_EQ(crypto->remote.key.size(), 30u);
    EXPECT_EQ(crypto->remote.key[0], 0xff);
    EXPECT_EQ(crypto->remote.tag, 5u);
  }
}

TEST(SdesAnswer, RejectsEveryOtherSuiteAndWhatIsNotEncrypted) {
  const std::string line = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + kTheirKey + "\r\n";
  for (const std::string& media :
       {"m=audio 5004 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:" + kTheirKey +
            "\r\n",
        std::string("m=audio 5004 RTP/SAVP 0\r\n"), "m=audio 5004 RTP/AVP 0\r\n" + line,
        "m=audio 5004 RTP/AVPF 0\r\n" + line, "m=audio 5004 UDP/TLS/RTP/SAVPF 0\r\n" + line,
        std::string(
            "m=audio 5004 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2hvcnQ=\r\n")}) {
    const auto answer = makeAnswer(kPlainSession + media, sdesConfig());

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->local.media[0].port, 0) << media;
    EXPECT_FALSE(answer->local.media[0].has("crypto"));
    EXPECT_TRUE(answer->session.media.empty());
  }
}

TEST(SdesOffer, HasOneLineWithTheConfiguredSuite) {
  const auto offer = makeOffer(sdesConfig(CryptoSuite::Aes256CmHmacSha1_80));

  for (const MediaDescription& media : offer.media) {
    EXPECT_EQ(media.protocol, "RTP/SAVPF");
    EXPECT_THAT(
        valuesOf(media, "crypto"),
        ElementsAre("1 AES_256_CM_HMAC_SHA1_80 inline:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eH"
                    "yAhIiMkJSYnKCkqKywtLg=="));
  }
}

TEST(SdesOffer, AgreesWithTheAnswerOfAnotherEndpoint) {
  const NegotiationConfig config = sdesConfig();
  NegotiationConfig other = sdesConfig();
  other.crypto->key.assign(30, 0x55);
  const auto offer = makeOffer(config);
  const auto answer = makeAnswer(write(offer), other);
  ASSERT_TRUE(answer);

  const auto accepted = processAnswer(offer, write(answer->local), config);

  ASSERT_TRUE(accepted);
  ASSERT_EQ(accepted->session.media.size(), 2u);
  const auto& crypto = accepted->session.media[0].crypto;
  EXPECT_EQ(crypto->local, *config.crypto);
  EXPECT_EQ(crypto->remote.key, other.crypto->key);
}

TEST(SdesOffer, LeavesOutAMediaWhoseAnswerHasNoKeyOfItsTag) {
  const NegotiationConfig config = sdesConfig();
  const auto offer = makeOffer(config);
  auto answer = makeAnswer(write(offer), sdesConfig());
  ASSERT_TRUE(answer);
  for (Attribute& attribute : answer->local.media[0].attributes)
    if (attribute.name == "crypto") attribute.value->front() = '2';
  std::erase_if(answer->local.media[1].attributes,
                [](const Attribute& attribute) { return attribute.name == "crypto"; });

  const auto accepted = processAnswer(offer, write(answer->local), config);

  ASSERT_TRUE(accepted);
  EXPECT_TRUE(accepted->session.media.empty());
}

TEST(PlainRtpAnswer, BundlesNothing) {
  const auto answer =
      makeAnswer(kPlainSession + "a=group:BUNDLE a\r\nm=audio 5004 RTP/AVP 0\r\na=mid:a\r\n",
                 plainRtpConfig());

  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->local.has("group"));
  EXPECT_FALSE(answer->session.bundle);
}

}  // namespace
}  // namespace ms::sdp
