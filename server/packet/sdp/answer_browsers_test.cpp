// Offers of real browsers (testdata/) against this server's answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/packet/sdp/header_extensions.h"
#include "server/packet/sdp/offer_answer.h"
#include "server/packet/sdp/test_descriptions.h"

namespace ms::sdp {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

Answer answerToFixture(std::string_view name, NegotiationConfig config = webRtcConfig()) {
  auto answer = makeAnswer(fixture(name), config);
  EXPECT_TRUE(answer) << name;
  return answer ? std::move(*answer) : Answer{};
}

NegotiationConfig withData() {
  NegotiationConfig config = webRtcConfig();
  config.use_data_channels = true;
  return config;
}

TEST(BrowserOffer, OfChromiumIsAnsweredWithAllItsCommonCodecs) {
  const auto answer = answerToFixture("chromium_sendrecv");

  ASSERT_EQ(answer.local.media.size(), 2u);
  EXPECT_THAT(valuesOf(answer.local, "group"), ElementsAre("BUNDLE 0 1"));
  EXPECT_THAT(answer.local.media[0].formats, ElementsAre("111", "63", "0", "8"));
  EXPECT_THAT(answer.local.media[1].formats,
              ElementsAre("96", "97", "102", "103", "104", "107", "108", "109", "114", "115", "116",
                          "117", "39", "40", "45", "46", "98", "99", "100", "101"));
  EXPECT_THAT(
      valuesOf(answer.local.media[1], "extmap"),
      ElementsAre("2 " + std::string(kAbsSendTimeUri), "3 " + std::string(kTransportCcUri)));
}

TEST(BrowserOffer, OfChromiumIsUnderstood) {
  const NegotiatedSession session = answerToFixture("chromium_sendrecv").session;

  ASSERT_EQ(session.media.size(), 2u);
  EXPECT_TRUE(session.bundle);
  EXPECT_FALSE(session.offerer);
  ASSERT_EQ(session.transports.size(), 1u);
  EXPECT_TRUE(session.transports[0].remote_ice);
  EXPECT_TRUE(session.transports[0].remote_fingerprint);
  EXPECT_TRUE(session.transports[0].rtcp_mux);
  EXPECT_EQ(session.transports[0].setup, SetupRole::Active);
  const NegotiatedMedia& video = session.media[1];
  EXPECT_EQ(video.codecs[0].codec, rtp::Codec::Vp8);
  EXPECT_TRUE(video.codecs[0].nack && video.codecs[0].pli && video.codecs[0].fir &&
              video.codecs[0].remb);
  EXPECT_EQ(video.remote_ssrcs.size(), 1u);
  EXPECT_EQ(video.remote_rtx.size(), 1u);
  EXPECT_EQ(video.abs_send_time_id, 2);
}

TEST(BrowserOffer, OfChromiumGetsTransportWideFeedbackAndRetransmissions) {
  const auto answer = answerToFixture("chromium_sendrecv");

  const NegotiatedMedia& video = answer.session.media[1];
  EXPECT_EQ(video.transport_cc_id, 3);
  EXPECT_TRUE(video.codecs[0].transport_cc);
  EXPECT_EQ(video.codecs[0].rtx_payload_type, rtp::PayloadType(97));
  ASSERT_TRUE(video.local_rtx_ssrc);
  EXPECT_THAT(valuesOf(answer.local.media[1], "ssrc-group"),
              ElementsAre("FID " + std::to_string(*video.local_ssrc) + ' ' +
                          std::to_string(**video.local_rtx_ssrc)));
  EXPECT_FALSE(answer.session.media[0].local_rtx_ssrc);
  EXPECT_FALSE(video.rid_id || video.mid_id);
}

TEST(BrowserOffer, NeverLeadsToRetransmissionsOfACodecThatIsNotKept) {
  for (const char* name : {"chromium_sendrecv", "firefox_sendrecv", "kurento_webrtcpeer_sendrecv"})
    for (const MediaDescription& media : answerToFixture(name).local.media)
      for (const std::string& fmtp : valuesOf(media, "fmtp")) {
        const std::size_t apt = fmtp.find("apt=");
        if (apt == std::string::npos) continue;
        EXPECT_THAT(media.formats, testing::Contains(fmtp.substr(apt + 4))) << name;
      }
}

TEST(BrowserOffer, WithRecvonlyIsAnsweredWithSendonly) {
  const auto answer = answerToFixture("chromium_recvonly");

  for (const MediaDescription& media : answer.local.media) EXPECT_TRUE(media.has("sendonly"));
  for (const NegotiatedMedia& media : answer.session.media) {
    EXPECT_TRUE(media.send);
    EXPECT_FALSE(media.receive);
    EXPECT_TRUE(media.remote_ssrcs.empty());
  }
}

TEST(BrowserOffer, WithCandidatesAndDataIsTakenAsAWhole) {
  for (const char* name : {"chromium_gathered_data", "firefox_gathered_data"}) {
    const auto answer = answerToFixture(name, withData());

    EXPECT_THAT(valuesOf(answer.local, "group"), ElementsAre("BUNDLE 0 1 2")) << name;
    ASSERT_TRUE(answer.session.data) << name;
    EXPECT_EQ(answer.session.data->remote_sctp_port, 5000) << name;
    ASSERT_EQ(answer.session.transports.size(), 1u) << name;
    EXPECT_FALSE(answer.session.transports[0].remote_candidates.empty()) << name;
  }
}

TEST(BrowserOffer, OfFirefoxIsAnsweredWithoutItsFingerprint) {
  const auto answer = answerToFixture("firefox_sendrecv");

  const std::string ours = write(webRtcConfig().local.fingerprint);
  EXPECT_THAT(valuesOf(answer.local, "fingerprint"), ElementsAre(ours));
  EXPECT_THAT(valuesOf(answer.local.media[0], "fingerprint"), ElementsAre(ours));
  ASSERT_TRUE(answer.session.transports[0].remote_fingerprint);
  EXPECT_NE(write(*answer.session.transports[0].remote_fingerprint), ours);
  EXPECT_THAT(answer.local.media[1].formats, ElementsAre("120", "124", "121", "125", "99", "100"));
}

TEST(BrowserOffer, WithASecondVideoGetsTheFirstOnly) {
  for (const char* name : {"chromium_two_videos", "firefox_two_videos"}) {
    const auto answer = answerToFixture(name);

    ASSERT_EQ(answer.local.media.size(), 3u) << name;
    EXPECT_EQ(answer.local.media[1].port, 1) << name;
    EXPECT_EQ(answer.local.media[2].port, 0) << name;
    EXPECT_EQ(answer.local.media[2].formats, answer.remote.media[2].formats) << name;
    EXPECT_THAT(attributesOf(answer.local.media[2]), UnorderedElementsAre("mid:2", "inactive"));
    EXPECT_THAT(valuesOf(answer.local, "group"), ElementsAre("BUNDLE 0 1")) << name;
  }
}

TEST(BrowserOffer, WithABundleOnlyLineIsTakenAsAWhole) {
  const auto answer = answerToFixture("firefox_max_bundle");

  EXPECT_EQ(answer.remote.media[1].port, 0);
  EXPECT_EQ(answer.local.media[1].port, 1);
  EXPECT_EQ(answer.session.media.size(), 2u);
}

TEST(BrowserOffer, WithSimulcastIsAnsweredWithAllItsEncodings) {
  const auto answer = answerToFixture("chromium_simulcast");

  const MediaDescription& video = answer.local.media[1];
  const auto offered = valuesOf(answer.remote.media[1], "simulcast");
  ASSERT_EQ(offered.size(), 1u);
  EXPECT_THAT(valuesOf(video, "simulcast"), ElementsAre("recv" + offered[0].substr(4)));
  EXPECT_EQ(valuesOf(video, "rid").size(), 3u);
  EXPECT_TRUE(video.has("recvonly"));
  const NegotiatedMedia& media = answer.session.media[1];
  EXPECT_EQ(media.remote_rids.size(), 3u);
  EXPECT_EQ(media.mid_id, 4);
  EXPECT_EQ(media.rid_id, 10);
  EXPECT_EQ(media.repaired_rid_id, 11);
}

TEST(BrowserOffer, OfKurentoUtilsIsTakenInBothDirections) {
  const auto both = answerToFixture("kurento_webrtcpeer_sendrecv", withData());
  EXPECT_EQ(both.session.media.size(), 2u);
  EXPECT_TRUE(both.session.data);

  const auto viewer = answerToFixture("kurento_webrtcpeer_recvonly");
  ASSERT_EQ(viewer.session.media.size(), 2u);
  EXPECT_TRUE(viewer.session.media[1].send);
  EXPECT_FALSE(viewer.session.media[1].receive);
}

TEST(BrowserOffer, GetsAnAnswerThatComesBackFromItsText) {
  for (const char* name : {"chromium_gathered_data", "firefox_gathered_data"}) {
    const auto answer = answerToFixture(name, withData());

    EXPECT_EQ(*SessionDescription::parse(write(answer.local)), answer.local) << name;
  }
}

}  // namespace
}  // namespace ms::sdp
