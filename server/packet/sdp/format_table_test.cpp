#include "server/packet/sdp/format_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ms::sdp {
namespace {

using testing::ElementsAre;

MediaDescription video(std::vector<std::string> formats) {
  MediaDescription media;
  media.kind = "video";
  media.port = 9;
  media.protocol = "UDP/TLS/RTP/SAVPF";
  media.formats = std::move(formats);
  return media;
}

TEST(FormatTable, GathersWhatIsSaidAboutAPayloadType) {
  MediaDescription media = video({"96"});
  media.addAttribute("rtpmap", "96 VP9/90000");
  media.addAttribute("fmtp", "96 profile-id=2");
  media.addAttribute("rtcp-fb", "96 nack");
  media.addAttribute("rtcp-fb", "96 nack pli");
  media.addAttribute("rtcp-fb", "96 ccm fir");
  media.addAttribute("rtcp-fb", "96 goog-remb");

  const FormatTable table(media);

  ASSERT_EQ(table.formats().size(), 1u);
  const NegotiatedCodec codec = table.formats()[0].negotiated();
  EXPECT_EQ(codec, (NegotiatedCodec{.payload_type = rtp::PayloadType(96),
                                    .codec = rtp::Codec::Vp9,
                                    .clock_rate = 90000,
                                    .channels = 1,
                                    .name = "VP9",
                                    .fmtp = "profile-id=2",
                                    .nack = true,
                                    .pli = true,
                                    .fir = true,
                                    .remb = true}));
}

TEST(FormatTable, KnowsStaticPayloadTypesWithoutRtpmap) {
  const MediaDescription media = video({"0", "8", "77"});

  const FormatTable table(media);

  EXPECT_EQ(table.formats()[0].name->codec(), rtp::Codec::Pcmu);
  EXPECT_EQ(table.formats()[1].name->codec(), rtp::Codec::Pcma);
  EXPECT_FALSE(table.formats()[2].name);
}

TEST(FormatTable, KeepsOnlyFeedbackThisServerGoesAlongWith) {
  MediaDescription media = video({"96"});
  for (const char* feedback : {"96 x-cc", "96 nack rpsi", "96 ccm tmmbr", "96 trr-int 100",
                               "97 nack", "96 goog-lntf", "96 nack rpsi"})
    media.addAttribute("rtcp-fb", feedback);

  const FormatTable table(media);

  EXPECT_THAT(table.formats()[0].feedback, ElementsAre("nack rpsi", "ccm tmmbr"));
}

TEST(FormatTable, SpreadsFeedbackForAllPayloadTypes) {
  MediaDescription media = video({"96", "97"});
  media.addAttribute("rtcp-fb", "* nack");

  const FormatTable table(media);

  EXPECT_TRUE(table.formats()[0].negotiated().nack);
  EXPECT_TRUE(table.formats()[1].negotiated().nack);
}

TEST(FormatTable, HasNoFeedbackForAProfileWithoutIt) {
  MediaDescription media = video({"96"});
  media.protocol = "RTP/AVP";
  media.addAttribute("rtcp-fb", "96 nack");

  EXPECT_TRUE(FormatTable(media).formats()[0].feedback.empty());
}

TEST(FormatTable, LimitsTheFeedbackOfOnePayloadType) {
  MediaDescription media = video({"96"});
  for (int i = 0; i < 100; ++i) media.addAttribute("rtcp-fb", "96 nack x" + std::to_string(i));

  EXPECT_EQ(FormatTable(media).formats()[0].feedback.size(), kMaxFeedbackPerFormat);
}

TEST(FormatTable, TakesEachPayloadTypeOnceAndNoWords) {
  const MediaDescription media = video({"96", "96", "webrtc-datachannel", "128", "97"});

  const FormatTable table(media);

  ASSERT_EQ(table.formats().size(), 2u);
  EXPECT_NE(table.find(rtp::PayloadType(97)), nullptr);
  EXPECT_EQ(table.find(rtp::PayloadType(98)), nullptr);
  EXPECT_EQ(table.find(rtp::PayloadType(200)), nullptr);
}

TEST(FormatTable, BelievesTheFirstOfTwoRtpmaps) {
  MediaDescription media = video({"96"});
  media.addAttribute("rtpmap", "96 VP8/90000");
  media.addAttribute("rtpmap", "96 VP9/90000");

  EXPECT_EQ(FormatTable(media).formats()[0].name->codec(), rtp::Codec::Vp8);
}

}  // namespace
}  // namespace ms::sdp
