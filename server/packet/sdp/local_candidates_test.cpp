#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/packet/sdp/offer_answer.h"
#include "server/packet/sdp/test_descriptions.h"

namespace ms::sdp {
namespace {

using testing::ElementsAre;

ice::Candidate candidate(const char* text) { return *ice::Candidate::parse(text); }

const std::string kHost = "1 1 UDP 2015363327 172.17.0.2 40123 typ host";
const std::string kHostRtcp = "1 2 UDP 2015363326 172.17.0.2 40124 typ host";
const std::string kHost6 = "2 1 UDP 2015363583 2001:db8::2 40125 typ host";
const std::string kTcp = "3 1 TCP 1010827775 172.17.0.2 9 typ host tcptype active";
const std::string kReflexive =
    "4 1 UDP 1679819263 203.0.113.4 50000 typ srflx raddr 172.17.0.2 rport 40123";
const std::string kRelayed =
    "5 1 UDP 503316991 203.0.113.9 60000 typ relay raddr 172.17.0.2 rport 40123";

std::vector<ice::Candidate> candidates(std::initializer_list<std::string> texts) {
  std::vector<ice::Candidate> result;
  for (const std::string& text : texts) result.push_back(candidate(text.c_str()));
  return result;
}

TEST(LocalCandidates, AppearInEveryAcceptedSection) {
  auto answer = makeAnswer(kSession + kAudio + kVideo + kVideo, webRtcConfig());
  ASSERT_TRUE(answer);

  addLocalCandidates(answer->local, candidates({kHost, kHostRtcp, kTcp}));

  EXPECT_THAT(valuesOf(answer->local.media[0], "candidate"), ElementsAre(kHost, kHostRtcp, kTcp));
  EXPECT_THAT(valuesOf(answer->local.media[1], "candidate"), ElementsAre(kHost, kHostRtcp, kTcp));
  EXPECT_FALSE(answer->local.media[2].has("candidate"));
  EXPECT_EQ(answer->local.media[2].port, 0);
}

TEST(LocalCandidates, GivePortConnectionAndRtcpADefaultAddress) {
  auto offer = makeOffer(webRtcConfig());

  addLocalCandidates(offer, candidates({kTcp, kHost6, kHost, kHostRtcp}));

  EXPECT_EQ(offer.media[0].port, 40123);
  EXPECT_EQ(offer.media[0].line('c'), "IN IP4 172.17.0.2");
  EXPECT_EQ(offer.media[0].value("rtcp"), "40124 IN IP4 172.17.0.2");
}

TEST(LocalCandidates, UseTheRtpPortForRtcpWithoutASecondComponent) {
  auto offer = makeOffer(webRtcConfig());

  addLocalCandidates(offer, candidates({kHost}));

  EXPECT_EQ(offer.media[0].value("rtcp"), "40123 IN IP4 172.17.0.2");
}

TEST(LocalCandidates, PreferForTheDefaultWhatIsReachedFromFarthest) {
  auto reflexive = makeOffer(webRtcConfig());
  addLocalCandidates(reflexive, candidates({kHost, kReflexive}));
  EXPECT_EQ(reflexive.media[0].port, 50000);

  auto relayed = makeOffer(webRtcConfig());
  addLocalCandidates(relayed, candidates({kReflexive, kRelayed, kHost}));
  EXPECT_EQ(relayed.media[0].port, 60000);
}

TEST(LocalCandidates, MakeAnIpv6ConnectionWhenThereIsNothingElse) {
  auto offer = makeOffer(webRtcConfig());

  addLocalCandidates(offer, candidates({"9 1 UDP 1 fe80::1 7 typ host", kHost6}));

  EXPECT_EQ(offer.media[0].line('c'), "IN IP6 2001:db8::2");
}

TEST(LocalCandidates, ChangeNothingWhenThereAreNone) {
  auto offer = makeOffer(webRtcConfig());
  const auto before = offer;

  addLocalCandidates(offer, {});

  EXPECT_EQ(offer, before);
}

TEST(LocalCandidates, LeaveDataWithoutAnRtcpLine) {
  NegotiationConfig config = webRtcConfig();
  config.use_data_channels = true;
  auto offer = makeOffer(config);

  addLocalCandidates(offer, candidates({kHost}));

  EXPECT_FALSE(offer.media[2].has("rtcp"));
  EXPECT_EQ(offer.media[2].port, 40123);
}

}  // namespace
}  // namespace ms::sdp
