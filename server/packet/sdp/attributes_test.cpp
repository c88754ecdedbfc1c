#include "server/packet/sdp/attributes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ms::sdp {
namespace {

using testing::ElementsAre;

Section sectionWith(std::initializer_list<std::pair<const char*, const char*>> attributes) {
  Section section;
  for (const auto& [name, value] : attributes) section.addAttribute(name, value);
  return section;
}

TEST(Direction, IsMirroredByTheRfc) {
  EXPECT_EQ(mirrored(Direction::SendRecv), Direction::SendRecv);
  EXPECT_EQ(mirrored(Direction::SendOnly), Direction::RecvOnly);
  EXPECT_EQ(mirrored(Direction::RecvOnly), Direction::SendOnly);
  EXPECT_EQ(mirrored(Direction::Inactive), Direction::Inactive);
}

TEST(Direction, IsThatOfTheSectionElseOfTheSessionElseBoth) {
  SessionDescription session;
  MediaDescription media;
  EXPECT_EQ(direction(media, session), Direction::SendRecv);

  session.addAttribute("recvonly");
  EXPECT_EQ(direction(media, session), Direction::RecvOnly);

  media.addAttribute("sendonly");
  EXPECT_EQ(direction(media, session), Direction::SendOnly);
}

TEST(Direction, ComesBackFromItsText) {
  for (const Direction each :
       {Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive})
    EXPECT_EQ(parseDirection(write(each)), each);
  EXPECT_EQ(parseDirection("sendrecv2"), std::nullopt);
}

TEST(RtpMap, ReadsNumberNameClockAndChannels) {
  const auto map = RtpMap::parse("111 opus/48000/2");

  ASSERT_TRUE(map);
  EXPECT_EQ(map->payload_type, rtp::PayloadType(111));
  EXPECT_EQ(map->name, (CodecName{"opus", 48000, 2}));
  EXPECT_EQ(write(*map), "111 opus/48000/2");
}

TEST(RtpMap, RefusesWhatIsNotOne) {
  for (const char* text : {"", "111", "128 opus/48000/2", "x opus/48000", "96 opus", "96 /48000",
                           "96 opus/", "96 opus/0", "96 opus/48000/", "96 opus/48000/0",
                           "96 opus/48000/256", "96 opus/-1", "-1 opus/48000"})
    EXPECT_FALSE(RtpMap::parse(text)) << text;
}

TEST(FormatParameters, SplitsAtTheFirstBlank) {
  const auto line = FormatParameters::parse("  96   nack  pli ");

  EXPECT_EQ(line.format, "96");
  EXPECT_EQ(line.parameters, "nack  pli");
}

TEST(ExtMap, ReadsIdDirectionAndUri) {
  const auto map = ExtMap::parse("2/recvonly urn:x attributes");

  ASSERT_TRUE(map);
  EXPECT_EQ(map->id, 2);
  EXPECT_EQ(map->direction, Direction::RecvOnly);
  EXPECT_EQ(map->uri, "urn:x");
  for (const char* text : {"", "2", "0 urn:x", "x urn:x", "256 urn:x"})
    EXPECT_FALSE(ExtMap::parse(text)) << text;
}

TEST(Fingerprint, ComesBackFromItsText) {
  const std::string text = "sha-1 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:F0:F1:F2:FF";

  const auto fingerprint = parseFingerprint(text);

  ASSERT_TRUE(fingerprint);
  EXPECT_EQ(fingerprint->digest.size(), 20u);
  EXPECT_EQ(fingerprint->digest.back(), 0xff);
  EXPECT_EQ(write(*fingerprint), text);
}

TEST(Fingerprint, IsReadWithoutRegardToCase) {
  const auto fingerprint =
      parseFingerprint("SHA-1 00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:f0:f1:f2:ff");

  ASSERT_TRUE(fingerprint);
  EXPECT_EQ(fingerprint->hash, "sha-1");
}

TEST(Fingerprint, RefusesUnknownHashesAndWrongLengths) {
  for (const char* text : {"", "sha-1", "sha-1 00:01", "md5 00:01:02:03:04:05:06:07:08:09:0A:0B:0C",
                           "sha-1 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:F0:F1:F2:FG",
                           "sha-1 00-01-02-03-04-05-06-07-08-09-0A-0B-0C-0D-0E-0F-F0-F1-F2-F3",
                           "sha-1 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:F0:F1:F2:F3:F4"})
    EXPECT_FALSE(parseFingerprint(text)) << text;
}

TEST(Fingerprint, OfASectionIsTheStrongest) {
  const std::string weak = "sha-1 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:F0:F1:F2:F3";
  const std::string strong = write(Fingerprint{"sha-256", std::vector<std::uint8_t>(32, 1)});

  const auto fingerprint =
      fingerprintOf(sectionWith({{"fingerprint", weak.c_str()}, {"fingerprint", strong.c_str()}}));

  ASSERT_TRUE(fingerprint);
  EXPECT_EQ(fingerprint->hash, "sha-256");
}

TEST(Credentials, OfASectionAreBothOrNone) {
  EXPECT_TRUE(
      credentialsOf(sectionWith({{"ice-ufrag", " abcd"}, {"ice-pwd", "abcdefghijklmnopqrstuv"}})));
  EXPECT_FALSE(credentialsOf(sectionWith({{"ice-ufrag", "abcd"}})));
  EXPECT_FALSE(credentialsOf(sectionWith({{"ice-ufrag", "abcd"}, {"ice-pwd", "short"}})));
  EXPECT_FALSE(
      credentialsOf(sectionWith({{"ice-ufrag", "ab-d"}, {"ice-pwd", "abcdefghijklmnopqrstuv"}})));
}

TEST(Candidates, OfASectionLeaveOutBadOnesAndEndAtTheirLimit) {
  Section section = sectionWith({{"candidate", "1 1 udp 1 10.0.0.1 5 typ host"},
                                 {"candidate", "nonsense"},
                                 {"candidate", "2 1 udp 1 10.0.0.2 5 typ host"}});
  EXPECT_EQ(candidatesOf(section).size(), 2u);

  for (std::size_t i = 0; i < 2 * kMaxRemoteCandidates; ++i)
    section.addAttribute("candidate", "2 1 udp 1 10.0.0.2 5 typ host");
  EXPECT_EQ(candidatesOf(section).size(), kMaxRemoteCandidates);
}

TEST(Group, ReadsSemanticsAndMids) {
  const auto group = Group::parse("BUNDLE audio video");

  EXPECT_EQ(group.semantics, "BUNDLE");
  EXPECT_THAT(group.mids, ElementsAre("audio", "video"));
}

TEST(SsrcAttribute, ReadsNameAndValue) {
  const auto cname = SsrcAttribute::parse("3071399569 cname:a b");
  ASSERT_TRUE(cname);
  EXPECT_EQ(cname->ssrc, rtp::Ssrc(3071399569));
  EXPECT_EQ(cname->name, "cname");
  EXPECT_EQ(cname->value, "a b");

  EXPECT_TRUE(SsrcAttribute::parse("1"));
  EXPECT_FALSE(SsrcAttribute::parse("4294967296 cname:x"));
  EXPECT_FALSE(SsrcAttribute::parse("x cname:x"));
}

TEST(SsrcGroup, ReadsFidAndSim) {
  const auto fid = SsrcGroup::parse("FID 1 2");
  ASSERT_TRUE(fid);
  EXPECT_EQ(fid->semantics, "FID");
  EXPECT_THAT(fid->ssrcs, ElementsAre(rtp::Ssrc(1), rtp::Ssrc(2)));

  EXPECT_EQ(SsrcGroup::parse("SIM 1 2 3")->ssrcs.size(), 3u);
  EXPECT_FALSE(SsrcGroup::parse("FID 1 x"));
}

TEST(RtcpAttribute, HasAPortAndPerhapsAnAddress) {
  EXPECT_EQ(RtcpAttribute::parse("6417")->port, 6417);
  EXPECT_EQ(RtcpAttribute::parse("6417")->address, "");
  EXPECT_EQ(RtcpAttribute::parse("9 IN IP4 10.0.0.1")->address, "10.0.0.1");
  EXPECT_FALSE(RtcpAttribute::parse("x"));
}

TEST(Connection, ComesBackFromItsText) {
  EXPECT_EQ(writeConnection("10.0.0.1"), "IN IP4 10.0.0.1");
  EXPECT_EQ(writeConnection("::1"), "IN IP6 ::1");
  EXPECT_EQ(connectionAddress("IN IP4 224.2.1.1/127"), "224.2.1.1");
  EXPECT_EQ(connectionAddress("IN IP6 ::1"), "::1");
  EXPECT_EQ(connectionAddress("IN IP5 ::1"), std::nullopt);
  EXPECT_EQ(connectionAddress("IN IP4"), std::nullopt);
}

TEST(Msid, ReadsStreamAndTrack) {
  EXPECT_EQ(Msid::parse("s t")->stream, "s");
  EXPECT_EQ(Msid::parse("s t")->track, "t");
  EXPECT_EQ(Msid::parse("s")->track, "");
  EXPECT_FALSE(Msid::parse(""));
}

TEST(Rid, ReadsIdAndDirection) {
  EXPECT_EQ(Rid::parse("h send max-width=640")->id, "h");
  EXPECT_EQ(Rid::parse("h recv")->direction, "recv");
  EXPECT_FALSE(Rid::parse("h"));
  EXPECT_FALSE(Rid::parse("h both"));
}

TEST(SctpPort, IsReadInBothSyntaxes) {
  MediaDescription media;
  EXPECT_EQ(sctpPort(media), std::nullopt);
  media.addAttribute("sctpmap", "5001 webrtc-datachannel 1024");
  EXPECT_EQ(sctpPort(media), std::nullopt);
  media.formats = {"5001"};
  EXPECT_EQ(sctpPort(media), 5001);
  media.formats = {"webrtc-datachannel"};
  EXPECT_EQ(sctpPort(media), std::nullopt);
  media.addAttribute("sctp-port", "5000");
  media.addAttribute("max-message-size", "262144");
  EXPECT_EQ(sctpPort(media), 5000);
  EXPECT_EQ(maxMessageSize(media), 262144u);
}

TEST(Bandwidth, ReadsItsOwnTypeOnly) {
  Section section;
  section.add('b', "CT:1");
  section.add('b', "AS:x");
  section.add('b', "TIAS:500000");
  section.add('b', "AS:600");

  EXPECT_EQ(bandwidthAs(section), 600u);
  EXPECT_EQ(bandwidthTias(section), 500000u);
  EXPECT_EQ(bandwidthAs(Section{}), std::nullopt);
}

}  // namespace
}  // namespace ms::sdp
