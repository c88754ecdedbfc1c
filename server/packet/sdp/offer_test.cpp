#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/packet/sdp/offer_answer.h"
#include "server/packet/sdp/test_descriptions.h"

namespace ms::sdp {
namespace {

using testing::ElementsAre;

const std::string kFingerprint =
    "fingerprint:sha-256 "
    "AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:"
    "AB";
const std::string kExtMap = "extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";

TEST(Offer, HasTheSessionLinesThatApplicationsKnow) {
  const auto offer = makeOffer(webRtcConfig());

  EXPECT_EQ(offer.line('o'), "- 3696336115 3696336115 IN IP4 0.0.0.0");
  EXPECT_EQ(offer.line('s'), "Kurento Media Server");
  EXPECT_EQ(offer.line('c'), "IN IP4 0.0.0.0");
  EXPECT_EQ(offer.line('t'), "0 0");
  EXPECT_THAT(attributesOf(offer), ElementsAre("group:BUNDLE audio0 video0"));
}

TEST(Offer, OfIpv6SaysSo) {
  NegotiationConfig config = webRtcConfig();
  config.address = "::";

  EXPECT_EQ(makeOffer(config).line('c'), "IN IP6 ::");
}

TEST(Offer, OfAudioHasExactlyTheseLines) {
  const auto offer = makeOffer(webRtcConfig());

  ASSERT_EQ(offer.media.size(), 2u);
  const MediaDescription& audio = offer.media[0];
  EXPECT_EQ(audio.kind, "audio");
  EXPECT_EQ(audio.port, 1);
  EXPECT_EQ(audio.protocol, "RTP/SAVPF");
  EXPECT_THAT(audio.formats, ElementsAre("96", "0", "8"));
  EXPECT_TRUE(audio.lines.empty());
  EXPECT_THAT(attributesOf(audio),
              ElementsAre("mid:audio0", "rtcp:9 IN IP4 0.0.0.0", "rtcp-mux", "sendrecv",
                          "rtpmap:96 opus/48000/2", kExtMap, "setup:actpass",
                          "ssrc:454827294 cname:user589571366@host-2728292a", "ice-ufrag:BCDE",
                          "ice-pwd:FGHIJKLMNOPQRSTUVWXYZa", kFingerprint));
}

TEST(Offer, OfVideoHasExactlyTheseLines) {
  const auto offer = makeOffer(webRtcConfig());

  ASSERT_EQ(offer.media.size(), 2u);
  const MediaDescription& video = offer.media[1];
  EXPECT_THAT(video.formats, ElementsAre("102", "103", "104", "105"));
  EXPECT_THAT(
      attributesOf(video),
      ElementsAre("mid:video0", "rtcp:9 IN IP4 0.0.0.0", "rtcp-mux", "sendrecv",  //
                  "rtpmap:102 AV1/90000", "rtcp-fb:102 nack", "rtcp-fb:102 nack pli",
                  "rtcp-fb:102 ccm fir", "rtcp-fb:102 goog-remb",
                  "fmtp:102 level-idx=5;profile=0;tier=0", "rtpmap:103 VP9/90000",
                  "rtcp-fb:103 nack", "rtcp-fb:103 nack pli", "rtcp-fb:103 ccm fir",
                  "rtcp-fb:103 goog-remb", "fmtp:103 profile-id=0", "rtpmap:104 VP8/90000",
                  "rtcp-fb:104 nack", "rtcp-fb:104 nack pli", "rtcp-fb:104 ccm fir",
                  "rtcp-fb:104 goog-remb",  //
                  "rtpmap:105 H264/90000", "rtcp-fb:105 nack", "rtcp-fb:105 nack pli",
                  "rtcp-fb:105 ccm fir",
                  "fmtp:105 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
                  kExtMap, "setup:actpass", "ssrc:522199330 cname:user589571366@host-2728292a",
                  "ice-ufrag:BCDE", "ice-pwd:FGHIJKLMNOPQRSTUVWXYZa", kFingerprint));
}

TEST(Offer, HasDataOnlyWithDataChannels) {
  NegotiationConfig config = webRtcConfig();
  config.use_data_channels = true;
  config.max_message_bytes = 262144;

  const auto offer = makeOffer(config);

  EXPECT_THAT(attributesOf(offer), ElementsAre("group:BUNDLE audio0 video0 application0"));
  ASSERT_EQ(offer.media.size(), 3u);
  const MediaDescription& data = offer.media[2];
  EXPECT_EQ(data.kind, "application");
  EXPECT_EQ(data.port, 9);
  EXPECT_EQ(data.protocol, "UDP/DTLS/SCTP");
  EXPECT_THAT(data.formats, ElementsAre("webrtc-datachannel"));
  EXPECT_THAT(attributesOf(data), ElementsAre("mid:application0", "setup:actpass",
                                              "sctp-port:" + std::to_string(config.local.sctp_port),
                                              "max-message-size:262144", "ice-ufrag:BCDE",
                                              "ice-pwd:FGHIJKLMNOPQRSTUVWXYZa", kFingerprint));
}

TEST(Offer, HasTheDirectionOfTheEndpoint) {
  NegotiationConfig config = webRtcConfig();
  config.offer_direction = Direction::RecvOnly;

  for (const MediaDescription& media : makeOffer(config).media) {
    EXPECT_TRUE(media.has("recvonly"));
    EXPECT_TRUE(media.has("ssrc"));  // Also in a recvonly offer: it is that of the reports.
    EXPECT_FALSE(media.has("sendrecv"));
  }
}

TEST(Offer, LeavesOutWhatTheOptionsDoNotWant) {
  const auto video = makeOffer(webRtcConfig(), {.audio = false, .video = true});
  ASSERT_EQ(video.media.size(), 1u);
  EXPECT_EQ(video.media[0].kind, "video");
  EXPECT_EQ(video.media[0].formats.front(), "102");
  EXPECT_THAT(attributesOf(video), ElementsAre("group:BUNDLE video0"));

  const auto audio = makeOffer(webRtcConfig(), {.audio = true, .video = false});
  ASSERT_EQ(audio.media.size(), 1u);
  EXPECT_EQ(audio.media[0].kind, "audio");
}

TEST(Offer, LeavesOutAKindThatIsConfiguredAway) {
  NegotiationConfig config = webRtcConfig();
  config.audio_medias = 0;
  EXPECT_EQ(makeOffer(config).media.front().kind, "video");

  config.video_medias = 0;
  EXPECT_TRUE(makeOffer(config).media.empty());
  EXPECT_TRUE(makeOffer(config).attributes.empty());
}

TEST(Offer, LimitsTheReceiveBandwidth) {
  NegotiationConfig config = webRtcConfig();
  config.max_audio_recv_kbps = 64;
  config.max_video_recv_kbps = 500;

  const auto offer = makeOffer(config);

  EXPECT_EQ(offer.media[0].line('b'), "AS:64");
  EXPECT_EQ(offer.media[1].line('b'), "AS:500");
}

TEST(Offer, OfPlainRtpHasAddressesAndPortsInsteadOfIce) {
  const auto offer = makeOffer(plainRtpConfig());

  EXPECT_EQ(offer.line('c'), "IN IP4 198.51.100.1");
  EXPECT_TRUE(offer.attributes.empty());
  ASSERT_EQ(offer.media.size(), 2u);
  EXPECT_EQ(offer.media[0].protocol, "RTP/AVPF");
  EXPECT_EQ(offer.media[0].port, 6416);
  EXPECT_THAT(offer.media[0].formats, ElementsAre("96", "0", "8", "97"));
  EXPECT_THAT(attributesOf(offer.media[0]),
              ElementsAre("mid:audio0", "rtcp:6417", "sendrecv", "rtpmap:96 opus/48000/2",
                          "rtpmap:97 AMR/8000", kExtMap, "setup:actpass",
                          "ssrc:454827294 cname:user589571366@host-2728292a"));
  EXPECT_THAT(offer.media[1].formats, ElementsAre("105", "106", "107", "108", "109"));
}

TEST(Offer, ComesBackFromItsText) {
  NegotiationConfig config = webRtcConfig();
  config.use_data_channels = true;
  config.max_video_recv_kbps = 500;

  const auto offer = makeOffer(config);

  EXPECT_EQ(*SessionDescription::parse(write(offer)), offer);
}

TEST(LocalParameters, NeverHaveTwoEqualSsrcsOrZero) {
  const std::array<std::uint8_t, LocalParameters::kEntropyBytes> zeros{};

  const auto local = LocalParameters::make(zeros);

  EXPECT_NE(local.audio_ssrc, rtp::Ssrc(0));
  EXPECT_NE(local.video_ssrc, rtp::Ssrc(0));
  EXPECT_NE(local.audio_ssrc, local.video_ssrc);
}

TEST(LocalParameters, HaveAnSctpPortOfTheKnownRange) {
  std::array<std::uint8_t, LocalParameters::kEntropyBytes> entropy{};
  EXPECT_EQ(LocalParameters::make(entropy).sctp_port, 1024);

  entropy[entropy.size() - 2] = entropy[entropy.size() - 1] = 0xff;
  EXPECT_GE(LocalParameters::make(entropy).sctp_port, 1024);
  EXPECT_LE(LocalParameters::make(entropy).sctp_port, 65534);
}

}  // namespace
}  // namespace ms::sdp
