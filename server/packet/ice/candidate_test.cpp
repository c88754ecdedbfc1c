#include "server/packet/ice/candidate.h"

#include <gtest/gtest.h>

namespace ms::ice {
namespace {

TEST(Candidate, ReadsAHostCandidateOfChromium) {
  const auto candidate = Candidate::parse(
      "candidate:1208662376 1 udp 2122063615 192.0.2.2 48320 typ host generation 0 ufrag gB/0 "
      "network-id 1 network-cost 50");

  ASSERT_TRUE(candidate);
  EXPECT_EQ(candidate->foundation, "1208662376");
  EXPECT_EQ(candidate->component, 1);
  EXPECT_EQ(candidate->transport, Transport::Udp);
  EXPECT_EQ(candidate->priority, 2122063615u);
  EXPECT_EQ(candidate->address, "192.0.2.2");
  EXPECT_EQ(candidate->port, 48320);
  EXPECT_EQ(candidate->type, CandidateType::Host);
  EXPECT_EQ(candidate->related, std::nullopt);
  EXPECT_EQ(candidate->tcp_type, std::nullopt);
}

TEST(Candidate, ReadsAnActiveTcpCandidate) {
  const auto candidate =
      Candidate::parse("candidate:1 2 TCP 1518214911 fd00::2 9 typ host tcptype active");

  ASSERT_TRUE(candidate);
  EXPECT_EQ(candidate->component, 2);
  EXPECT_EQ(candidate->transport, Transport::Tcp);
  EXPECT_EQ(candidate->tcp_type, TcpType::Active);
}

TEST(Candidate, ReadsTheRelatedAddressOfAServerReflexiveOne) {
  const auto candidate =
      Candidate::parse("candidate:2 1 UDP 5 203.0.113.1 40 typ srflx raddr 10.0.0.1 rport 41");

  ASSERT_TRUE(candidate);
  EXPECT_EQ(candidate->type, CandidateType::ServerReflexive);
  EXPECT_EQ(candidate->related, (TransportAddress{"10.0.0.1", 41}));
}

TEST(Candidate, IsTheSameWithAndWithoutPrefix) {
  const std::string text = "1 1 UDP 7 10.0.0.1 40 typ relay";

  EXPECT_EQ(*Candidate::parse(text), *Candidate::parse("candidate:" + text));
  EXPECT_EQ(*Candidate::parse(text), *Candidate::parse("a=candidate:" + text + "\r\n"));
}

TEST(Candidate, KeepsAnMdnsNameForItsOwnerToResolve) {
  const auto candidate =
      Candidate::parse("candidate:1 1 udp 1 0c0ffee0-1111-4222-8333-444455556666.local 5 typ host");

  ASSERT_TRUE(candidate);
  EXPECT_EQ(addressKind(candidate->address), AddressKind::MdnsName);
}

TEST(Candidate, IgnoresExtensionsItDoesNotKnowAndALastLoneWord) {
  EXPECT_TRUE(Candidate::parse("candidate:1 1 UDP 1 10.0.0.1 5 typ host foo bar tcptype active x"));
}

TEST(Candidate, HasATcpTypeOnlyOnTcp) {
  const auto candidate = Candidate::parse("1 1 UDP 1 10.0.0.1 5 typ host tcptype active");

  ASSERT_TRUE(candidate);
  EXPECT_EQ(candidate->tcp_type, std::nullopt);
}

struct BadLine {
  const char* text;
  CandidateError error;
};

class BadCandidate : public testing::TestWithParam<BadLine> {};

TEST_P(BadCandidate, IsRefusedWithItsReason) {
  const auto candidate = Candidate::parse(GetParam().text);

  ASSERT_FALSE(candidate);
  EXPECT_EQ(candidate.error(), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Candidate, BadCandidate,
    testing::Values(
        BadLine{"", CandidateError::TooFewFields},
        BadLine{"candidate:", CandidateError::TooFewFields},
        BadLine{"candidate:1 1 UDP 1 10.0.0.1 5 typ", CandidateError::TooFewFields},
        BadLine{"candidate:1 1 UDP 1 10.0.0.1 5 host typ", CandidateError::TooFewFields},
        BadLine{"candidate:a-b 1 UDP 1 10.0.0.1 5 typ host", CandidateError::BadFoundation},
        BadLine{"candidate:123456789012345678901234567890123 1 UDP 1 10.0.0.1 5 typ host",
                CandidateError::BadFoundation},
        BadLine{"candidate:1 0 UDP 1 10.0.0.1 5 typ host", CandidateError::BadComponent},
        BadLine{"candidate:1 257 UDP 1 10.0.0.1 5 typ host", CandidateError::BadComponent},
        BadLine{"candidate:1 x UDP 1 10.0.0.1 5 typ host", CandidateError::BadComponent},
        BadLine{"candidate:1 1 SCTP 1 10.0.0.1 5 typ host", CandidateError::UnknownTransport},
        BadLine{"candidate:1 1 UDP 4294967296 10.0.0.1 5 typ host", CandidateError::BadPriority},
        BadLine{"candidate:1 1 UDP -1 10.0.0.1 5 typ host", CandidateError::BadPriority},
        BadLine{"candidate:1 1 UDP 1 10.0.0.256 5 typ host", CandidateError::BadAddress},
        BadLine{"candidate:1 1 UDP 1 example.com 5 typ host", CandidateError::BadAddress},
        BadLine{"candidate:1 1 UDP 1 .local 5 typ host", CandidateError::BadAddress},
        BadLine{"candidate:1 1 UDP 1 a..local 5 typ host", CandidateError::BadAddress},
        BadLine{"candidate:1 1 UDP 1 a_b.local 5 typ host", CandidateError::BadAddress},
        BadLine{"candidate:1 1 UDP 1 10.0.0.1 65536 typ host", CandidateError::BadPort},
        BadLine{"candidate:1 1 UDP 1 10.0.0.1 0 typ host", CandidateError::BadPort},
        BadLine{"candidate:1 1 UDP 1 10.0.0.1 5 typ guest", CandidateError::UnknownType},
        BadLine{"candidate:1 1 UDP 1 10.0.0.1 5 typ srflx raddr here", CandidateError::BadAddress},
        BadLine{"candidate:1 1 UDP 1 10.0.0.1 5 typ srflx raddr 10.0.0.1 rport x",
                CandidateError::BadPort}));

TEST(Candidate, IsRefusedWhenTheLineIsLongerThanItsLimit) {
  const std::string text =
      "candidate:1 1 UDP 1 10.0.0.1 5 typ host x " + std::string(Candidate::kMaxBytes, 'y');

  EXPECT_EQ(Candidate::parse(text).error(), CandidateError::TooLong);
}

TEST(Candidate, IsWrittenAsApplicationsKnowIt) {
  Candidate udp{.foundation = "1",
                .component = 1,
                .transport = Transport::Udp,
                .priority = 2015363327,
                .address = "172.17.0.2",
                .port = 40123,
                .type = CandidateType::Host,
                .related = std::nullopt,
                .tcp_type = std::nullopt};
  EXPECT_EQ(write(udp), "candidate:1 1 UDP 2015363327 172.17.0.2 40123 typ host");

  Candidate tcp = udp;
  tcp.transport = Transport::Tcp;
  tcp.port = 9;
  tcp.tcp_type = TcpType::Active;
  EXPECT_EQ(write(tcp), "candidate:1 1 TCP 2015363327 172.17.0.2 9 typ host tcptype active");
}

TEST(Candidate, ComesBackFromItsText) {
  for (const char* text :
       {"candidate:1 1 UDP 2015363327 172.17.0.2 40123 typ host",
        "candidate:a+/9 2 TCP 1 fe80::1 9 typ host tcptype active",
        "candidate:3 1 TCP 1 ::1 50000 typ prflx raddr :: rport 0 tcptype passive",
        "candidate:4 1 TCP 1 ::1 50000 typ relay raddr 10.0.0.1 rport 7 tcptype so",
        "candidate:5 256 UDP 4294967295 name.local 65535 typ srflx raddr 0.0.0.0 rport 0"}) {
    const auto candidate = Candidate::parse(text);
    ASSERT_TRUE(candidate) << text;
    EXPECT_EQ(write(*candidate), text);
  }
}

}  // namespace
}  // namespace ms::ice
