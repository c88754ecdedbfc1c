#include "server/packet/sdp/restart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/packet/sdp/test_descriptions.h"

namespace ms::sdp {
namespace {

const ice::Credentials kNewIce{"new1", "newnewnewnewnewnewnewn"};

std::string replacedAll(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

const std::string kOffer = kSession + "a=group:BUNDLE a v\r\n" + kAudio + "a=mid:a\r\n" + kVideo +
                           "a=mid:v\r\na=rtcp-fb:96 nack\r\na=ssrc:7 cname:x\r\n";

std::string restartOf(const std::string& offer) {
  return replacedAll(replacedAll(offer, "ufrag:abcd", "ufrag:wxyz"), "pwd:abcdefgh",
                     "pwd:zyxwvuts");
}

Answer agreedOn(const std::string& offer) {
  auto answer = makeAnswer(offer, webRtcConfig());
  EXPECT_TRUE(answer);
  return answer ? std::move(*answer) : Answer{};
}

TEST(IceRestart, KeepsEverythingButCredentialsAndCandidates) {
  Answer agreed = agreedOn(kOffer);
  const SessionDescription ungathered = agreed.local;
  addLocalCandidates(
      agreed.local,
      std::vector{*ice::Candidate::parse("candidate:1 1 UDP 100 198.51.100.1 4000 typ host")});

  const auto restart = makeRestartAnswer(restartOf(kOffer), agreed, kNewIce);

  ASSERT_TRUE(restart);
  EXPECT_EQ(restart->session.transports[0].remote_ice->ufrag, "wxyz");
  NegotiatedSession same = restart->session;
  same.transports[0].remote_ice = agreed.session.transports[0].remote_ice;
  EXPECT_EQ(same, agreed.session);
  for (std::size_t i = 0; i < 2; ++i) {
    const MediaDescription& media = restart->local.media[i];
    EXPECT_EQ(media.value("ice-ufrag"), "new1");
    EXPECT_EQ(media.value("ice-pwd"), kNewIce.pwd);
    EXPECT_FALSE(media.has("candidate"));
    EXPECT_EQ(media.port, ungathered.media[i].port);
    EXPECT_EQ(media.formats, ungathered.media[i].formats);
    EXPECT_EQ(valuesOf(media, "ssrc"), valuesOf(ungathered.media[i], "ssrc"));
    EXPECT_EQ(media.value("setup"), "active");
  }
  EXPECT_EQ(restart->local.line('o'), "- 3696336115 3696336116 IN IP4 0.0.0.0");
}

TEST(IceRestart, CanFollowAnother) {
  const auto first = makeRestartAnswer(restartOf(kOffer), agreedOn(kOffer), kNewIce);
  ASSERT_TRUE(first);

  EXPECT_TRUE(makeRestartAnswer(kOffer, *first, kNewIce));
  EXPECT_EQ(makeRestartAnswer(restartOf(kOffer), *first, kNewIce).error(), SdpError::NotARestart);
}

TEST(IceRestart, IsTakenFromAPeerThatAnsweredOurOffer) {
  const NegotiationConfig config = webRtcConfig();
  const auto offer = makeOffer(config);
  NegotiationConfig theirs = webRtcConfig();
  theirs.local.ice = {"abcd", "abcdefghijklmnopqrstuv"};
  const auto answer = makeAnswer(write(offer), theirs);
  ASSERT_TRUE(answer);
  auto accepted = processAnswer(offer, write(answer->local), config);
  ASSERT_TRUE(accepted);
  ASSERT_EQ(accepted->session.transports[0].setup, SetupRole::Passive);
  const std::string again =
      replacedAll(restartOf(write(answer->local)), "setup:active", "setup:actpass");

  const auto restart = makeRestartAnswer(
      again, {.remote = accepted->remote, .local = offer, .session = accepted->session}, kNewIce);

  ASSERT_TRUE(restart);
  EXPECT_TRUE(restart->session.offerer);
  EXPECT_EQ(restart->local.media[0].value("setup"), "passive");
}

TEST(IceRestart, IsNothingThatChangesMore) {
  const Answer agreed = agreedOn(kOffer);
  const std::string restart = restartOf(kOffer);
  ASSERT_TRUE(makeRestartAnswer(restart, agreed, kNewIce));
  for (const std::string& offer :
       {kOffer, restart + kData, replacedAll(restart, "a=mid:v", "a=mid:w"),
        replacedAll(restart, "VP8/90000", "VP9/90000"),
        replacedAll(restart, "opus/48000/2", "PCMU/8000"), restart + "a=recvonly\r\n",
        replacedAll(restart, "ssrc:7", "ssrc:8"), replacedAll(restart, "00:01:02", "10:01:02"),
        replacedAll(restart, "ice-pwd", "x-pwd")})
    EXPECT_EQ(makeRestartAnswer(offer, agreed, kNewIce).error(), SdpError::NotARestart) << offer;
  EXPECT_EQ(makeRestartAnswer("", agreed, kNewIce).error(), SdpError::EmptyOffer);
  EXPECT_EQ(makeRestartAnswer("x", agreed, kNewIce).error(), SdpError::NotSdp);
}

}  // namespace
}  // namespace ms::sdp
