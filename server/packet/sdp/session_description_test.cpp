#include "server/packet/sdp/session_description.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "server/packet/sdp/test_descriptions.h"

namespace ms::sdp {
namespace {

using testing::ElementsAre;

TEST(SessionDescription, SortsLinesIntoSessionAndMedia) {
  const auto sdp = SessionDescription::parse(
      "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE a\r\n"
      "m=audio 9/2 RTP/SAVPF 111 0\r\nc=IN IP4 0.0.0.0\r\na=rtcp-mux\r\na=mid:a\r\n"
      "m=video 0 RTP/AVP 96\r\n");

  ASSERT_TRUE(sdp);
  EXPECT_EQ(sdp->line('o'), "- 1 2 IN IP4 127.0.0.1");
  EXPECT_THAT(attributesOf(*sdp), ElementsAre("group:BUNDLE a"));
  ASSERT_EQ(sdp->media.size(), 2u);
  EXPECT_EQ(sdp->media[0].kind, "audio");
  EXPECT_EQ(sdp->media[0].port, 9);
  EXPECT_EQ(sdp->media[0].port_count, 2);
  EXPECT_EQ(sdp->media[0].protocol, "RTP/SAVPF");
  EXPECT_THAT(sdp->media[0].formats, ElementsAre("111", "0"));
  EXPECT_EQ(sdp->media[0].line('c'), "IN IP4 0.0.0.0");
  EXPECT_THAT(attributesOf(sdp->media[0]), ElementsAre("rtcp-mux", "mid:a"));
  EXPECT_EQ(sdp->media[1].port, 0);
}

TEST(SessionDescription, TakesAnyLineEnd) {
  const auto crlf = SessionDescription::parse("v=0\r\ns=x\r\nm=audio 9 P 0\r\na=b\r\n");

  ASSERT_TRUE(crlf);
  EXPECT_EQ(*crlf, *SessionDescription::parse("v=0\ns=x\nm=audio 9 P 0\na=b"));
  EXPECT_EQ(*crlf, *SessionDescription::parse("v=0\rs=x\rm=audio 9 P 0\ra=b\r"));
  EXPECT_EQ(*crlf, *SessionDescription::parse("\n\n v=0 \n\ns=x\n m=audio  9 P 0 \n\na=b\n\n"));
}

TEST(SessionDescription, KeepsLinesItDoesNotKnow) {
  const auto sdp = SessionDescription::parse("v=0\nq=what\na=odd:1:2\nm=audio 9 P 0\ny=z\n");

  ASSERT_TRUE(sdp);
  EXPECT_EQ(write(*sdp), "v=0\r\nq=what\r\na=odd:1:2\r\nm=audio 9 P 0\r\ny=z\r\n");
}

TEST(SessionDescription, SkipsWhatIsNoLine) {
  const auto sdp = SessionDescription::parse("# made by hand\nv=0\nhello\n=\na=\ns=x\n");

  ASSERT_TRUE(sdp);
  EXPECT_EQ(write(*sdp), "v=0\r\ns=x\r\n");
}

TEST(SessionDescription, TellsAnEmptyValueFromNone) {
  const auto sdp = SessionDescription::parse("v=0\na=a\na=b:\n");

  ASSERT_TRUE(sdp);
  EXPECT_EQ(sdp->attributes[0].value, std::nullopt);
  EXPECT_EQ(sdp->attributes[1].value, "");
  EXPECT_TRUE(sdp->has("a"));
  EXPECT_TRUE(sdp->has("b"));
  EXPECT_FALSE(sdp->has("c"));
}

TEST(SessionDescription, ReadsBandwidthBehindAttributes) {
  const auto sdp = SessionDescription::parse("v=0\nm=video 9 P 96\na=x\nb=AS:7\n");

  ASSERT_TRUE(sdp);
  EXPECT_EQ(sdp->media[0].line('b'), "AS:7");
}

class RealDescription : public testing::TestWithParam<const char*> {};

TEST_P(RealDescription, ComesBackFromItsText) {
  const std::string text = fixture(GetParam());
  ASSERT_FALSE(text.empty());

  const auto sdp = SessionDescription::parse(text);

  ASSERT_TRUE(sdp);
  EXPECT_EQ(*SessionDescription::parse(write(*sdp)), *sdp);
  // Nothing but line ends and the comment is lost.
  const std::string body = text.substr(text.find('\n') + 1);
  std::string written = write(*sdp);
  std::erase(written, '\r');
  EXPECT_EQ(written, body);
}

INSTANTIATE_TEST_SUITE_P(Browsers, RealDescription,
                         testing::Values("chromium_sendrecv", "chromium_recvonly",
                                         "chromium_gathered_data", "chromium_two_videos",
                                         "chromium_simulcast", "chromium_answer",
                                         "firefox_sendrecv", "firefox_gathered_data",
                                         "firefox_two_videos", "firefox_max_bundle",
                                         "firefox_answer_recvonly", "kurento_webrtcpeer_sendrecv",
                                         "kurento_webrtcpeer_recvonly"));

struct BadText {
  std::string text;
  SdpError error;
};

// In the names of tests.
void PrintTo(const BadText& bad, std::ostream* out) {
  *out << testing::PrintToString(bad.text.substr(0, 40)) << ' ' << reason(bad.error);
}

class BadDescription : public testing::TestWithParam<BadText> {};

TEST_P(BadDescription, IsRefusedWithItsReason) {
  const auto sdp = SessionDescription::parse(GetParam().text);

  ASSERT_FALSE(sdp);
  EXPECT_EQ(sdp.error(), GetParam().error);
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

INSTANTIATE_TEST_SUITE_P(
    SessionDescription, BadDescription,
    testing::Values(
        BadText{"", SdpError::NotSdp}, BadText{"bad sdp", SdpError::NotSdp},
        BadText{"o=- 1 1 IN IP4 0.0.0.0\ns=-\n", SdpError::NotSdp},
        BadText{"v=1\ns=-\n", SdpError::NotSdp}, BadText{"m=audio 9 P 0\nv=0\n", SdpError::NotSdp},
        BadText{std::string("v=0\ns=a\0b\n", 10), SdpError::MalformedLine},
        BadText{"v=0\nm=\n", SdpError::MalformedLine},
        BadText{"v=0\nm=audio\n", SdpError::MalformedLine},
        BadText{"v=0\nm=audio 9\n", SdpError::MalformedLine},
        BadText{"v=0\nm=audio nine P 0\n", SdpError::MalformedLine},
        BadText{"v=0\nm=audio 65536 P 0\n", SdpError::MalformedLine},
        BadText{"v=0\nm=audio -1 P 0\n", SdpError::MalformedLine},
        BadText{"v=0\nm=audio 9/x P 0\n", SdpError::MalformedLine},
        BadText{"v=0\ns=" + std::string(kMaxSdpBytes, 'x'), SdpError::TooLong},
        BadText{"v=0\nm=audio 9 P" + repeated(" 0", kMaxFormats + 1), SdpError::TooManyFormats},
        BadText{"v=0\n" + repeated("a=x\n", kMaxAttributes + 1), SdpError::TooManyAttributes},
        BadText{"v=0\nm=audio 9 P 0\n" + repeated("i=x\n", kMaxAttributes + 1),
                SdpError::TooManyAttributes},
        BadText{"v=0\n" + repeated("m=audio 9 P 0\n", kMaxMedia + 1), SdpError::TooManyMedia},
        BadText{"v=0\n" + repeated("m=audio 9 P 0\n" + repeated("a=x\n", 2000), 9),
                SdpError::TooManyLines}));

TEST(SessionDescription, TakesAsMuchAsItsLimitsSay) {
  const auto sdp = SessionDescription::parse(
      "v=0\n" + repeated("a=x\n", kMaxAttributes) +
      repeated("m=audio 9 P" + repeated(" 0", kMaxFormats) + "\n", kMaxMedia));

  ASSERT_TRUE(sdp);
  EXPECT_TRUE(isWithinLimits(*sdp));
}

TEST(SessionDescription, KnowsWhenItGrewTooLargeToBeReadAgain) {
  SessionDescription sdp;
  sdp.addAttribute("x", std::string(kMaxSdpBytes - 11, 'y'));
  ASSERT_EQ(write(sdp).size(), kMaxSdpBytes);
  EXPECT_TRUE(isWithinLimits(sdp));

  sdp.addAttribute("z");
  EXPECT_FALSE(isWithinLimits(sdp));
}

}  // namespace
}  // namespace ms::sdp
