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
