#include "server/packet/sdp/simulcast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/packet/sdp/header_extensions.h"
#include "server/packet/sdp/offer_answer.h"
#include "server/packet/sdp/test_descriptions.h"

namespace ms::sdp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

MediaDescription with(std::initializer_list<std::pair<const char*, const char*>> attributes) {
  MediaDescription media;
  for (const auto& [name, value] : attributes) media.addAttribute(name, value);
  return media;
}

std::vector<std::string> ids(const std::vector<RemoteRid>& rids) {
  std::vector<std::string> result;
  for (const RemoteRid& rid : rids) result.push_back(rid.id);
  return result;
}

TEST(Simulcast, IsReadInItsOrderWithItsRestrictions) {
  const auto media = with({{"rid", "q send pt=96,97;max-width=320"},
                           {"rid", "h send"},
                           {"rid", "f send max-fps=30"},
                           {"simulcast", "send q;~h;f recv x"}});
  const auto rids = offeredRids(media);

  ASSERT_THAT(ids(rids), ElementsAre("q", "h", "f"));
  EXPECT_THAT(rids[0].payload_types, ElementsAre(rtp::PayloadType(96), rtp::PayloadType(97)));
  EXPECT_TRUE(rids[1].paused);
  EXPECT_FALSE(rids[2].paused);
  MediaDescription answer;
  addReceivedRids(media, rids, answer);
  EXPECT_THAT(attributesOf(answer), ElementsAre("rid:q recv pt=96,97;max-width=320", "rid:h recv",
                                                "rid:f recv max-fps=30", "simulcast:recv q;~h;f"));
}

TEST(Simulcast, TakesTheFirstAlternativeThatHasALine) {
  const auto media =
      with({{"rid", "b send"}, {"rid", "c send"}, {"simulcast", "recv z send a,b;~c"}});

  EXPECT_THAT(ids(offeredRids(media)), ElementsAre("b", "c"));
}

TEST(Simulcast, IsNoneWithFewerThanTwoStreams) {
  EXPECT_THAT(offeredRids(with({{"rid", "a send"}, {"simulcast", "send a"}})), IsEmpty());
  EXPECT_THAT(offeredRids(with({{"rid", "a send"}, {"simulcast", "send a;a;a"}})), IsEmpty());
  EXPECT_THAT(offeredRids(with({{"rid", "a recv"}, {"rid", "b recv"}, {"simulcast", "send a;b"}})),
              IsEmpty());
  EXPECT_THAT(offeredRids(with({{"rid", "a send"}, {"rid", "b send"}})), IsEmpty());
  EXPECT_THAT(offeredRids(with({{"simulcast", "send"}})), IsEmpty());
}

TEST(Simulcast, EndsAtItsLimit) {
  const auto media = with({{"rid", "a send"},
                           {"rid", "b send"},
                           {"rid", "c send"},
                           {"rid", "d send"},
                           {"rid", "e send"},
                           {"simulcast", "send a;b;c;d;e"}});

  EXPECT_EQ(offeredRids(media).size(), kMaxSimulcastLayers);
}

TEST(Simulcast, OfOldBrowsersIsAGroupOfSsrcs) {
  EXPECT_THAT(simulcastSsrcs(with({{"ssrc-group", "FID 1 2"}, {"ssrc-group", "SIM 1 3 5"}})),
              ElementsAre(rtp::Ssrc(1), rtp::Ssrc(3), rtp::Ssrc(5)));
  EXPECT_THAT(simulcastSsrcs(with({{"ssrc-group", "SIM 1"}})), IsEmpty());
  EXPECT_THAT(simulcastSsrcs(with({{"ssrc-group", "SIM 1 2 3 4 5"}})), IsEmpty());
}

const std::string kRids = "a=extmap:10 " + std::string(kRidUri) +
                          "\r\na=rid:q send\r\na=rid:f send\r\na=simulcast:send q;f\r\n";

TEST(Simulcast, IsAnsweredOnlyWhereThePeerSends) {
  const auto answer = makeAnswer(kSession + kVideo + kRids + "a=recvonly\r\n", webRtcConfig());

  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->local.media[0].has("simulcast"));
  EXPECT_THAT(answer->session.media[0].remote_rids, IsEmpty());
}

TEST(Simulcast, ByNameIsPreferredToThatBySsrc) {
  const std::string group = "a=ssrc-group:SIM 1 2\r\na=ssrc:1 cname:a\r\na=ssrc:2 cname:a\r\n";
  const auto both = makeAnswer(kSession + kVideo + kRids + group, webRtcConfig());
  const auto old = makeAnswer(kSession + kVideo + group, webRtcConfig());

  ASSERT_TRUE(both && old);
  EXPECT_EQ(both->session.media[0].remote_rids.size(), 2u);
  EXPECT_THAT(both->session.media[0].remote_simulcast_ssrcs, IsEmpty());
  EXPECT_THAT(old->session.media[0].remote_simulcast_ssrcs,
              ElementsAre(rtp::Ssrc(1), rtp::Ssrc(2)));
}

TEST(Simulcast, IsNothingForPlainRtp) {
  const auto answer =
      makeAnswer(kSession + "c=IN IP4 192.0.2.7\r\nm=video 5004 RTP/AVPF 96\r\n" + kVp8 + kRids,
                 plainRtpConfig());

  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->local.media[0].has("simulcast"));
  EXPECT_FALSE(answer->local.media[0].has("rid"));
}

}  // namespace
}  // namespace ms::sdp
