#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/packet/sdp/offer_answer.h"
#include "server/packet/sdp/test_descriptions.h"

namespace ms::sdp {
namespace {

using testing::ElementsAre;

NegotiationConfig withData() {
  NegotiationConfig config = webRtcConfig();
  config.use_data_channels = true;
  return config;
}

NegotiatedSession negotiate(const NegotiationConfig& config, const std::string& answer,
                            const OfferOptions& options = {}) {
  auto accepted = processAnswer(makeOffer(config, options), answer, config);
  EXPECT_TRUE(accepted);
  return accepted ? std::move(accepted->session) : NegotiatedSession{};
}

std::vector<std::string> codecNames(const NegotiatedMedia& media) {
  std::vector<std::string> names;
  for (const NegotiatedCodec& codec : media.codecs) names.push_back(codec.name);
  return names;
}

const OfferOptions kAudioOnly{.audio = true, .video = false};
const std::string kAnswer =
    kSession + "m=audio 9 RTP/SAVPF 96 0\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 stereo=1\r\n" +
    "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\na=setup:active\r\na=rtcp-mux\r\n";

TEST(ProcessAnswer, UnderstandsChromium) {
  const auto session = negotiate(withData(), fixture("chromium_answer"));

  EXPECT_TRUE(session.offerer);
  EXPECT_TRUE(session.bundle);
  ASSERT_EQ(session.transports.size(), 1u);
  EXPECT_EQ(session.transports[0].setup, SetupRole::Passive);
  EXPECT_TRUE(session.transports[0].remote_ice);
  EXPECT_TRUE(session.transports[0].remote_fingerprint);
  EXPECT_TRUE(session.transports[0].rtcp_mux);
  ASSERT_EQ(session.media.size(), 2u);
  EXPECT_THAT(codecNames(session.media[0]), ElementsAre("opus", "PCMU", "PCMA"));
  EXPECT_THAT(codecNames(session.media[1]), ElementsAre("AV1", "VP9", "VP8", "H264"));
  EXPECT_EQ(session.media[1].mid, "video0");
  EXPECT_EQ(session.media[1].abs_send_time_id, 3);
  EXPECT_TRUE(session.media[1].send);
  EXPECT_TRUE(session.media[1].receive);
  EXPECT_EQ(session.media[1].remote_ssrcs.size(), 1u);
  ASSERT_TRUE(session.data);
  EXPECT_EQ(session.data->local_sctp_port, withData().local.sctp_port);
  EXPECT_EQ(session.data->remote_sctp_port, 5000);
}

TEST(ProcessAnswer, UnderstandsFirefoxThatOnlyReceives) {
  const auto session = negotiate(withData(), fixture("firefox_answer_recvonly"));

  ASSERT_EQ(session.media.size(), 2u);
  EXPECT_THAT(codecNames(session.media[1]), ElementsAre("AV1", "VP9", "VP8"));
  EXPECT_TRUE(session.media[1].send);
  EXPECT_FALSE(session.media[1].receive);
  EXPECT_TRUE(session.transports[0].remote_fingerprint);
}

TEST(ProcessAnswer, AgreesWithWhatAnotherEndpointOfThisServerAnswers) {
  const NegotiationConfig config = withData();
  const auto offer = makeOffer(config);

  const auto answer = makeAnswer(write(offer), config);
  ASSERT_TRUE(answer);
  const auto accepted = processAnswer(offer, write(answer->local), config);

  ASSERT_TRUE(accepted);
  ASSERT_EQ(accepted->session.media.size(), 2u);
  EXPECT_EQ(accepted->session.media[1].codecs[0].codec, rtp::Codec::Av1);
  EXPECT_EQ(accepted->session.media[1].codecs, answer->session.media[1].codecs);
  EXPECT_EQ(accepted->session.data->local_sctp_port, answer->session.data->local_sctp_port);
  EXPECT_EQ(accepted->session.data->remote_sctp_port, answer->session.data->remote_sctp_port);
}

TEST(ProcessAnswer, SendsByTheAnswersOrderAndParameters) {
  const auto session = negotiate(webRtcConfig(), kAnswer, kAudioOnly);

  ASSERT_EQ(session.media.size(), 1u);
  EXPECT_THAT(codecNames(session.media[0]), ElementsAre("opus", "PCMU"));
  EXPECT_EQ(session.media[0].codecs[0].fmtp, "stereo=1");
}

TEST(ProcessAnswer, IgnoresPayloadTypesThatWereNotOfferedLikeThat) {
  std::string answer = kAnswer;
  answer.replace(answer.find("opus/48000/2"), 12, "AMR/8000/1");

  EXPECT_THAT(codecNames(negotiate(webRtcConfig(), answer, kAudioOnly).media[0]),
              ElementsAre("PCMU"));
}

TEST(ProcessAnswer, LeavesOutRejectedLines) {
  std::string answer = kAnswer;
  answer.replace(answer.find("audio 9"), 7, "audio 0");

  const auto session = negotiate(webRtcConfig(), answer, kAudioOnly);

  EXPECT_TRUE(session.media.empty());
  EXPECT_TRUE(session.transports.empty());
}

struct DirectionCase {
  Direction offered;
  const char* answered;
  bool send;
  bool receive;
};

class AnsweredDirection : public testing::TestWithParam<DirectionCase> {};

TEST_P(AnsweredDirection, IsNeverMoreThanWasOffered) {
  NegotiationConfig config = webRtcConfig();
  config.offer_direction = GetParam().offered;

  const auto session = negotiate(config, kAnswer + "a=" + GetParam().answered + "\r\n", kAudioOnly);

  EXPECT_EQ(session.media[0].send, GetParam().send);
  EXPECT_EQ(session.media[0].receive, GetParam().receive);
}

INSTANTIATE_TEST_SUITE_P(
    ProcessAnswer, AnsweredDirection,
    testing::Values(DirectionCase{Direction::SendRecv, "sendrecv", true, true},
                    DirectionCase{Direction::SendRecv, "sendonly", false, true},
                    DirectionCase{Direction::SendRecv, "recvonly", true, false},
                    DirectionCase{Direction::SendRecv, "inactive", false, false},
                    DirectionCase{Direction::SendOnly, "recvonly", true, false},
                    DirectionCase{Direction::SendOnly, "sendrecv", true, false},
                    DirectionCase{Direction::RecvOnly, "sendrecv", false, true}));

struct SetupCase {
  const char* answered;
  SetupRole role;
};

class AnsweredSetup : public testing::TestWithParam<SetupCase> {};

TEST_P(AnsweredSetup, LeavesTheOtherRoleToUs) {
  std::string answer = kAnswer;
  answer.replace(answer.find("a=setup:active"), 14, GetParam().answered);

  EXPECT_EQ(negotiate(webRtcConfig(), answer, kAudioOnly).transports[0].setup, GetParam().role);
}

INSTANTIATE_TEST_SUITE_P(ProcessAnswer, AnsweredSetup,
                         testing::Values(SetupCase{"a=setup:active", SetupRole::Passive},
                                         SetupCase{"a=setup:passive", SetupRole::Active},
                                         SetupCase{"a=setup:holdconn", SetupRole::HoldConnection},
                                         SetupCase{"a=x", SetupRole::Passive}));

TEST(ProcessAnswer, TakesAGroupOfAnAnswerThatForgotItsMids) {
  std::string answer = kAnswer;
  answer.insert(kSession.size(), "a=group:BUNDLE audio0\r\n");

  EXPECT_TRUE(negotiate(webRtcConfig(), answer, kAudioOnly).bundle);
}

TEST(ProcessAnswer, HasATransportPerLineWithoutAGroup) {
  const auto session = negotiate(webRtcConfig(), kAnswer, kAudioOnly);

  EXPECT_FALSE(session.bundle);
  ASSERT_EQ(session.transports.size(), 1u);
  EXPECT_EQ(session.transports[0].mid, "audio0");
}

TEST(ProcessAnswer, ReadsThePeersBandwidth) {
  EXPECT_EQ(negotiate(webRtcConfig(), kAnswer + "b=AS:50\r\n", kAudioOnly).media[0].max_send_kbps,
            50u);
}

TEST(ProcessAnswer, RefusesWhatIsNoAnswerToThisOffer) {
  const NegotiationConfig config = webRtcConfig();
  const auto offer = makeOffer(config, kAudioOnly);

  EXPECT_EQ(processAnswer(offer, "", config).error(), SdpError::EmptyAnswer);
  EXPECT_EQ(processAnswer(offer, "bad", config).error(), SdpError::NotSdp);
  EXPECT_EQ(processAnswer(offer, kSession, config).error(), SdpError::AnswerDoesNotFitOffer);
  EXPECT_EQ(processAnswer(offer, kAnswer + "m=video 0 X 0\r\n", config).error(),
            SdpError::AnswerDoesNotFitOffer);
  EXPECT_EQ(processAnswer(offer, kSession + "m=video 9 RTP/SAVPF 0\r\n", config).error(),
            SdpError::AnswerDoesNotFitOffer);
}

}  // namespace
}  // namespace ms::sdp
