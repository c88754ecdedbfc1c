#include "server/net/symmetric_rtp.h"

#include <gtest/gtest.h>

#include <string>

namespace ms::net {
namespace {

using namespace std::chrono_literals;
using Verdict = SymmetricRtp::Verdict;
using Trust = SymmetricRtp::Trust;

constexpr Timestamp kStart{1000s};
constexpr rtp::Ssrc kPeerSsrc{1}, kStrangerSsrc{2};

SocketAddress at(const std::string& host, std::uint16_t port) {
  return *SocketAddress::parse(host, port);
}

const SocketAddress kPeer = at("192.0.2.1", 40000);
const SocketAddress kPeerRtcp = at("192.0.2.1", 40123);
const SocketAddress kStranger = at("198.51.100.7", 50000);

sdp::RtpTarget described() { return {.address = "192.0.2.1", .rtp_port = 5004, .rtcp_port = 5005}; }
sdp::RtpTarget unknown() {
  return {.address = "0.0.0.0", .rtp_port = 9, .rtcp_port = 10, .symmetric = true};
}

// Packets in a row from one address; the last verdict.
class Sender {
 public:
  Sender(SymmetricRtp& at, const SocketAddress& from, rtp::Ssrc ssrc, std::uint16_t number = 0)
      : at_(at), from_(from), ssrc_(ssrc), number_(number) {}
  Verdict send(Timestamp now, int packets = 1) {
    Verdict last = Verdict::Refuse;
    for (int i = 0; i < packets; ++i)
      last = at_.onRtp(from_, ssrc_, rtp::SequenceNumber(number_++), now);
    return last;
  }
  void lose(int packets) { number_ = static_cast<std::uint16_t>(number_ + packets); }

 private:
  SymmetricRtp& at_;
  const SocketAddress from_;
  const rtp::Ssrc ssrc_;
  std::uint16_t number_;
};

TEST(SymmetricRtp, TakesTheDescribedHostWithItsFirstPacketFromAnyPort) {
  SymmetricRtp addresses(described(), Trust::None);

  EXPECT_EQ(Sender(addresses, kPeer, kPeerSsrc).send(kStart), Verdict::Learned);

  EXPECT_EQ(addresses.source(), kPeer);
}

TEST(SymmetricRtp, SendsWhereTheDescriptionSaysUnlessItIsSymmetric) {
  SymmetricRtp addresses(described(), Trust::None);
  Sender(addresses, kPeer, kPeerSsrc).send(kStart);
  addresses.onRtcp(kPeerRtcp, kStart);

  EXPECT_EQ(addresses.rtpDestination(), at("192.0.2.1", 5004));
  EXPECT_EQ(addresses.rtcpDestination(), at("192.0.2.1", 5005));
}

TEST(SymmetricRtp, LearnsASymmetricPeerFromThreePacketsInARow) {
  SymmetricRtp addresses(unknown(), Trust::None);
  Sender peer(addresses, kPeer, kPeerSsrc, 65534);
  EXPECT_EQ(addresses.rtpDestination(), std::nullopt);

  EXPECT_EQ(peer.send(kStart), Verdict::Hold);
  EXPECT_EQ(peer.send(kStart), Verdict::Hold);
  EXPECT_EQ(addresses.rtpDestination(), std::nullopt);
  EXPECT_EQ(peer.send(kStart), Verdict::Learned);
  EXPECT_EQ(peer.send(kStart), Verdict::Take);

  EXPECT_EQ(addresses.rtpDestination(), kPeer);
  EXPECT_EQ(addresses.rtcpDestination(), at("192.0.2.1", 40001));
}

TEST(SymmetricRtp, CountsOnlyPacketsThatFollowEachOther) {
  SymmetricRtp addresses(unknown(), Trust::None);
  Sender peer(addresses, kPeer, kPeerSsrc);
  peer.send(kStart, 2);
  peer.lose(1);

  EXPECT_EQ(peer.send(kStart), Verdict::Hold);
  EXPECT_EQ(addresses.onRtp(kPeer, kStrangerSsrc, rtp::SequenceNumber(4), kStart), Verdict::Hold);
  EXPECT_EQ(addresses.onRtp(kPeer, kStrangerSsrc, rtp::SequenceNumber(5), kStart), Verdict::Hold);
  EXPECT_EQ(addresses.onRtp(kPeer, kStrangerSsrc, rtp::SequenceNumber(6), kStart),
            Verdict::Learned);
}

TEST(SymmetricRtp, ProvesEachAddressByItself) {
  SymmetricRtp addresses(unknown(), Trust::None);
  Sender peer(addresses, kPeer, kPeerSsrc), stranger(addresses, kStranger, kStrangerSsrc);

  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(peer.send(kStart), Verdict::Hold);
    EXPECT_EQ(stranger.send(kStart), Verdict::Hold);
  }
  EXPECT_EQ(peer.send(kStart), Verdict::Learned);
  EXPECT_EQ(stranger.send(kStart), Verdict::Refuse);
}

TEST(SymmetricRtp, ForgetsTheQuietestCandidateWhenThereAreTooMany) {
  SymmetricRtp addresses(unknown(), Trust::None);
  Sender peer(addresses, kPeer, kPeerSsrc);
  peer.send(kStart + 1s, 2);

  for (std::uint16_t i = 0; i + 1u < SymmetricRtp::kMaxCandidates; ++i)
    Sender(addresses, at("198.51.100.9", static_cast<std::uint16_t>(1000 + i)), kStrangerSsrc)
        .send(kStart);
  Sender(addresses, kStranger, kStrangerSsrc).send(kStart + 1s);

  EXPECT_EQ(peer.send(kStart + 1s), Verdict::Learned);
}

TEST(SymmetricRtp, LetsNoStrangerIntoARunningStream) {
  SymmetricRtp addresses(unknown(), Trust::None);
  Sender peer(addresses, kPeer, kPeerSsrc), stranger(addresses, kStranger, kStrangerSsrc);
  peer.send(kStart, 3);

  Timestamp now = kStart;
  for (int i = 0; i < 100; ++i, now += 4s) {
    EXPECT_EQ(stranger.send(now, 10), Verdict::Refuse);
    EXPECT_EQ(peer.send(now), Verdict::Take);
  }
  EXPECT_EQ(addresses.rtpDestination(), kPeer);
}

TEST(SymmetricRtp, LetsAnotherOneProveItselfAfterSilence) {
  SymmetricRtp addresses(unknown(), Trust::None);
  Sender(addresses, kPeer, kPeerSsrc).send(kStart, 3);
  Sender other(addresses, kStranger, kStrangerSsrc);

  EXPECT_EQ(other.send(kStart + SymmetricRtp::kSilence - 1us), Verdict::Refuse);
  EXPECT_EQ(other.send(kStart + SymmetricRtp::kSilence, 2), Verdict::Hold);
  EXPECT_EQ(other.send(kStart + SymmetricRtp::kSilence), Verdict::Learned);
}

TEST(SymmetricRtp, LetsAPeerComeBackSoonAfterItsBye) {
  SymmetricRtp addresses(unknown(), Trust::None);
  Sender peer(addresses, kPeer, kPeerSsrc);
  peer.send(kStart, 3);
  addresses.onBye();
  Sender again(addresses, at("192.0.2.1", 40002), kPeerSsrc);

  EXPECT_EQ(again.send(kStart + 100ms), Verdict::Refuse);
  EXPECT_EQ(again.send(kStart + SymmetricRtp::kSilenceAfterBye, 3), Verdict::Learned);
}

TEST(SymmetricRtp, PrefersTheDescribedHostToAStrangerWhoCameFirst) {
  SymmetricRtp addresses(described(), Trust::None);
  Sender stranger(addresses, kStranger, kStrangerSsrc);
  ASSERT_EQ(stranger.send(kStart, 3), Verdict::Learned);

  EXPECT_EQ(Sender(addresses, kPeer, kPeerSsrc).send(kStart), Verdict::Learned);

  EXPECT_EQ(stranger.send(kStart, 10), Verdict::Refuse);
  EXPECT_EQ(addresses.rtpDestination(), at("192.0.2.1", 5004));
}

TEST(SymmetricRtp, DoesNotLetAnotherPortOfTheDescribedHostIntoARunningStream) {
  SymmetricRtp addresses(described(), Trust::None);
  Sender peer(addresses, kPeer, kPeerSsrc);
  Sender other(addresses, at("192.0.2.1", 41000), kStrangerSsrc);
  Timestamp now = kStart;
  for (int i = 0; i < 100; ++i, now += SymmetricRtp::kSilenceOfPort - 1us) {
    peer.send(now);
    EXPECT_EQ(other.send(now, 10), Verdict::Refuse);
  }
  EXPECT_EQ(peer.send(now), Verdict::Take);
}

// Not even a BYE is sure to come from a sender that is stopped; and its first packets when it is
// started again are the key frame: refused, the picture would wait for the next one.
TEST(SymmetricRtp, TakesTheDescribedHostFromAnotherPortWhenItIsStartedAgain) {
  SymmetricRtp addresses(described(), Trust::None);
  Sender former(addresses, kPeer, kPeerSsrc);
  former.send(kStart);
  Sender again(addresses, at("192.0.2.1", 40002), kPeerSsrc);
  const Timestamp now = kStart + SymmetricRtp::kSilenceOfPort;

  EXPECT_EQ(Sender(addresses, kStranger, kStrangerSsrc).send(now, 3), Verdict::Refuse);
  EXPECT_EQ(again.send(now, 2), Verdict::Hold);
  EXPECT_EQ(again.send(now), Verdict::Learned);
  EXPECT_EQ(former.send(now), Verdict::Refuse);
}

TEST(SymmetricRtp, HearsNoOtherPortWhileTheDescribedOneMayComeBack) {
  SymmetricRtp addresses(described(), Trust::None);
  Sender(addresses, at("192.0.2.1", 5004), kPeerSsrc).send(kStart);

  EXPECT_EQ(Sender(addresses, kPeer, kStrangerSsrc).send(kStart + SymmetricRtp::kSilence - 1us, 10),
            Verdict::Refuse);
}

TEST(SymmetricRtp, FollowsAnAuthenticPeerAtOnce) {
  SymmetricRtp addresses(unknown(), Trust::Authenticated);
  Sender peer(addresses, kPeer, kPeerSsrc);
  EXPECT_EQ(peer.send(kStart), Verdict::Learned);
  Sender moved(addresses, kStranger, kPeerSsrc, 1);

  EXPECT_EQ(moved.send(kStart, 2), Verdict::Hold);
  EXPECT_EQ(moved.send(kStart), Verdict::Learned);

  EXPECT_EQ(addresses.rtpDestination(), kStranger);
}

TEST(SymmetricRtp, LearnsWhereRtcpComesFromOnTheHostOfTheRtp) {
  SymmetricRtp addresses(unknown(), Trust::None);
  Sender(addresses, kPeer, kPeerSsrc).send(kStart, 3);

  EXPECT_EQ(addresses.onRtcp(kStranger, kStart), Verdict::Refuse);
  EXPECT_EQ(addresses.onRtcp(kPeerRtcp, kStart), Verdict::Learned);
  EXPECT_EQ(addresses.onRtcp(kPeerRtcp, kStart), Verdict::Take);
  EXPECT_EQ(addresses.onRtcp(at("192.0.2.1", 4242), kStart), Verdict::Refuse);

  EXPECT_EQ(addresses.rtcpDestination(), kPeerRtcp);
  EXPECT_EQ(addresses.rtpDestination(), kPeer);
}

TEST(SymmetricRtp, FindsAReceiverThatOnlySendsRtcp) {
  SymmetricRtp addresses(unknown(), Trust::None);

  EXPECT_EQ(addresses.onRtcp(at("192.0.2.1", 9005), kStart), Verdict::Learned);

  EXPECT_EQ(addresses.rtpDestination(), at("192.0.2.1", 9004));
  EXPECT_EQ(addresses.rtcpDestination(), at("192.0.2.1", 9005));
}

TEST(SymmetricRtp, LeavesARtcpSenderThatTurnsOutToBeAStranger) {
  SymmetricRtp addresses(unknown(), Trust::None);
  addresses.onRtcp(kStranger, kStart);

  Sender(addresses, kPeer, kPeerSsrc).send(kStart, 3);

  EXPECT_EQ(addresses.rtcpDestination(), at("192.0.2.1", 40001));
}

TEST(SymmetricRtp, TakesNothingElseButFromThePeer) {
  SymmetricRtp addresses(described(), Trust::None);
  EXPECT_EQ(addresses.onOther(kPeer), Verdict::Refuse);

  Sender(addresses, kPeer, kPeerSsrc).send(kStart);

  EXPECT_EQ(addresses.onOther(kPeer), Verdict::Take);
  EXPECT_EQ(addresses.onOther(kStranger), Verdict::Refuse);
}

TEST(SymmetricRtp, HasADestinationOnlyWhereOneCanBeSentTo) {
  for (const sdp::RtpTarget& target :
       {sdp::RtpTarget{.address = "peer.example", .rtp_port = 5004, .rtcp_port = 5005},
        sdp::RtpTarget{.address = "0.0.0.0", .rtp_port = 5004, .rtcp_port = 5005},
        sdp::RtpTarget{.address = "::", .rtp_port = 5004, .rtcp_port = 5005},
        sdp::RtpTarget{.address = "192.0.2.1", .rtp_port = 9, .rtcp_port = 0}}) {
    const SymmetricRtp addresses(target, Trust::None);
    EXPECT_EQ(addresses.rtpDestination(), std::nullopt) << target.address;
    EXPECT_EQ(addresses.rtcpDestination(), std::nullopt) << target.address;
  }
}

TEST(SymmetricRtp, SendsRtcpToAnAddressOfItsOwn) {
  auto target = described();
  target.rtcp_address = "192.0.2.99";
  target.rtcp_port = 6000;

  EXPECT_EQ(SymmetricRtp(target, Trust::None).rtcpDestination(), at("192.0.2.99", 6000));
}

}  // namespace
}  // namespace ms::net
