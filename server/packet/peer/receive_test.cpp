// The receive path, packet by packet, by a peer that has the keys.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "server/packet/peer/raw_peer.h"
#include "server/packet/peer/source_port.h"
#include "server/packet/rtcp/compound_view.h"
#include "server/packet/rtcp/compound_writer.h"
#include "server/packet/rtcp/message.h"
#include "server/packet/rtp/rtx.h"

namespace ms::peer {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr rtp::Ssrc kVideo = RawPeer::kRemote.video;

class ReceiveTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(raw.connect(now));
    raw.peer.source(rtp::MediaKind::Video)->addSink(screen, now);
    raw.keep_sent = true;
  }

  void giveRtp(const RawPeer::Datagram& packet) { raw.give(raw.sealRtp(packet), now); }
  void giveVideo(rtp::Ssrc ssrc, std::uint16_t number) {
    giveRtp(vp8Packet(ssrc, number, number * 3000u, number % 100 == 0));
  }
  // Video packet `number`, as the retransmission stream's packet `rtx_number`.
  static RawPeer::Datagram retransmission(std::uint16_t number, std::uint16_t rtx_number) {
    const auto original = vp8Packet(kVideo, number, number * 3000u, number % 100 == 0);
    RawPeer::Datagram wrapped(1500);
    const auto bytes =
        rtp::wrapRtx(*rtp::RtpView::parse(original), {RawPeer::kRemoteRtx, rtp::PayloadType(97)},
                     rtp::SequenceNumber(rtx_number), wrapped);
    wrapped.resize(*bytes);
    return wrapped;
  }
  void passTime(Duration duration) {
    const Timestamp end = now + duration;
    while (raw.peer.nextTimeout() <= end) {
      now = std::max(now, raw.peer.nextTimeout());
      raw.peer.handleTimeout(now);
    }
    now = end;
  }
  std::uint64_t dropped(PeerDrop reason) { return raw.peer.statistics().drops.of(reason); }

  // All messages of a type that the peer has sent so far.
  template <class View>
  int sentMessages() {
    int count = 0;
    for (const auto& datagram : raw.sent) {
      const auto plain = raw.openRtcp(datagram);
      const auto compound = rtcp::CompoundView::parse(plain);
      if (!compound || plain.empty()) continue;
      for (const auto packet : *compound) {
        const auto message = rtcp::parseMessage(packet);
        if (message && std::holds_alternative<View>(*message)) ++count;
      }
    }
    raw.sent.clear();
    return count;
  }

  Timestamp now{1000s};
  RawPeer raw{1};
  TestSink screen{rtp::MediaKind::Video};
};

TEST_F(ReceiveTest, HandsPacketsToTheSinkOfTheirSource) {
  giveVideo(kVideo, 0);
  giveVideo(kVideo, 1);

  ASSERT_THAT(screen.arrivals, SizeIs(2));
  EXPECT_TRUE(screen.arrivals[0].is_key_frame);
  EXPECT_EQ(screen.arrivals[1].number, rtp::SequenceNumber(1));
}

// One packet far away is no proof; but it is the start of the sender's key frame.
TEST_F(ReceiveTest, LosesNothingOfASenderThatBeginsAnew) {
  giveVideo(kVideo, 0);

  giveVideo(kVideo, 20'000);
  EXPECT_THAT(screen.arrivals, SizeIs(1));
  giveVideo(kVideo, 20'001);
  giveVideo(kVideo, 20'002);

  ASSERT_THAT(screen.arrivals, SizeIs(4));
  EXPECT_EQ(screen.arrivals[1].number, rtp::SequenceNumber(20'000));
  EXPECT_TRUE(screen.arrivals[1].is_key_frame);
}

TEST_F(ReceiveTest, LeavesOutASinglePacketFromFarAway) {
  giveVideo(kVideo, 0);

  giveVideo(kVideo, 20'000);
  giveVideo(kVideo, 40'000);
  giveVideo(kVideo, 40'001);

  ASSERT_THAT(screen.arrivals, SizeIs(3));
  EXPECT_EQ(screen.arrivals[1].number, rtp::SequenceNumber(40'000));
}

TEST_F(ReceiveTest, AsksAgainForWhatIsMissing) {
  giveVideo(kVideo, 0);
  giveVideo(kVideo, 2);

  passTime(15ms);

  EXPECT_EQ(sentMessages<rtcp::NackView>(), 1);
  EXPECT_EQ(raw.peer.statistics().inbound.at(0).nack_count, 1u);
}

TEST_F(ReceiveTest, TellsItsOwnerWhenItHasToActSooner) {
  giveVideo(kVideo, 0);
  raw.peer.handleTimeout(now);
  raw.timeout_changes = 0;
  const Timestamp before = raw.peer.nextTimeout();

  giveVideo(kVideo, 1);
  EXPECT_EQ(raw.timeout_changes, 0);
  giveVideo(kVideo, 3);  // One is missing.

  EXPECT_EQ(raw.timeout_changes, 1);
  EXPECT_LT(raw.peer.nextTimeout(), before);
}

TEST_F(ReceiveTest, UnwrapsARetransmissionOfAMissingPacketOnce) {
  giveVideo(kVideo, 0);
  giveVideo(kVideo, 2);

  giveRtp(retransmission(1, 100));
  giveRtp(retransmission(1, 101));

  ASSERT_THAT(screen.arrivals, SizeIs(3));
  EXPECT_EQ(screen.arrivals[2].number, rtp::SequenceNumber(1));
  EXPECT_EQ(screen.arrivals[2].ssrc, kVideo);
  EXPECT_EQ(dropped(PeerDrop::RetransmissionUnasked), 1u);
}

// Senders fill probes with what they sent last: such a copy may be there before the original.
TEST_F(ReceiveTest, AsksForALostPacketOfWhichACopyCameTooSoonToBeMissed) {
  giveVideo(kVideo, 0);
  giveRtp(retransmission(1, 100));
  giveVideo(kVideo, 2);
  passTime(rtp::NackTracker::kReorderTime);

  giveRtp(retransmission(1, 101));

  EXPECT_EQ(dropped(PeerDrop::RetransmissionUnasked), 1u);
  ASSERT_THAT(screen.arrivals, SizeIs(3));
  EXPECT_EQ(screen.arrivals[2].number, rtp::SequenceNumber(1));
}

TEST_F(ReceiveTest, BindsAnUnannouncedSsrcByItsPayloadType) {
  giveVideo(rtp::Ssrc(777), 0);

  ASSERT_THAT(screen.arrivals, SizeIs(1));
  EXPECT_EQ(raw.peer.statistics().inbound.at(0).ssrc, rtp::Ssrc(777));
}

TEST_F(ReceiveTest, DropsPayloadTypesThatWereNotNegotiated) {
  auto packet = vp8Packet(kVideo, 0, 0, true);
  packet[1] = 35;
  giveRtp(packet);

  EXPECT_THAT(screen.arrivals, IsEmpty());
  EXPECT_EQ(dropped(PeerDrop::UnknownPayloadType), 1u);
}

TEST_F(ReceiveTest, LetsASecondSsrcFlowOnlyWhenTheFirstIsSilent) {
  giveVideo(kVideo, 0);
  giveVideo(rtp::Ssrc(50), 0);
  EXPECT_EQ(dropped(PeerDrop::OtherStreamActive), 1u);
  EXPECT_THAT(screen.arrivals, SizeIs(1));

  passTime(SourcePort::kTakeOverAfter);
  giveVideo(rtp::Ssrc(50), 1);

  EXPECT_THAT(screen.arrivals, SizeIs(2));
}

TEST_F(ReceiveTest, KeepsNoMoreStreamsThanItsLimit) {
  for (std::uint32_t ssrc = 100; ssrc < 100 + SourcePort::kMaxStreams + 3; ++ssrc)
    giveVideo(rtp::Ssrc(ssrc), 0);
  EXPECT_THAT(raw.peer.statistics().inbound, SizeIs(SourcePort::kMaxStreams));
  EXPECT_EQ(dropped(PeerDrop::TooManyStreams), 3u);

  passTime(SourcePort::kForgetAfter);
  giveVideo(rtp::Ssrc(500), 0);

  EXPECT_THAT(raw.peer.statistics().inbound, SizeIs(SourcePort::kMaxStreams));
  EXPECT_EQ(screen.arrivals.back().ssrc, rtp::Ssrc(500));
}

TEST_F(ReceiveTest, AsksForAKeyFrameWhenASinkComesAndAgainUntilItIsThere) {
  EXPECT_EQ(sentMessages<rtcp::PliView>(), 0);  // The first went before sent was kept.
  giveVideo(kVideo, 1);

  passTime(3500ms);
  EXPECT_EQ(sentMessages<rtcp::PliView>(), 3);
  giveVideo(kVideo, 100);
  passTime(3s);

  EXPECT_EQ(sentMessages<rtcp::PliView>(), 0);
}

TEST_F(ReceiveTest, SendsRembWhilePacketsCome) {
  for (std::uint16_t n = 0; n < 100; ++n) {
    giveVideo(kVideo, n);
    passTime(20ms);
  }
  EXPECT_GE(sentMessages<rtcp::RembView>(), 8);
  passTime(2s);
  sentMessages<rtcp::RembView>();

  passTime(5s);

  EXPECT_EQ(sentMessages<rtcp::RembView>(), 0);
}

TEST_F(ReceiveTest, CountsEachMalformedPartOfACompoundAndTakesTheRest) {
  // A receiver report without blocks, an SDES whose chunk is cut short, a BYE of SSRC 2.
  const RawPeer::Datagram compound{0x80, 201, 0, 1, 0, 0, 0, 1,  //
                                   0x81, 202, 0, 1, 0, 0, 0, 1,  //
                                   0x81, 203, 0, 1, 0, 0, 0, 2};
  giveVideo(kVideo, 0);
  raw.give(raw.sealRtcp(compound), now);

  giveVideo(rtp::Ssrc(50), 0);  // The BYE has freed the way.

  EXPECT_THAT(screen.arrivals, SizeIs(2));
  EXPECT_EQ(raw.peer.statistics().drops.of(rtcp::Drop::TooShort) +
                raw.peer.statistics().drops.of(rtcp::Drop::BadContent),
            1u);
}

TEST_F(ReceiveTest, IgnoresStunTurnAndUnknownTransports) {
  RawPeer::Datagram stun(20);
  raw.give(stun, now);
  raw.give(RawPeer::Datagram(100, 0x40), now);
  raw.peer.receive(7, stun, now);

  EXPECT_EQ(dropped(PeerDrop::StunNotForUs), 1u);
  EXPECT_EQ(raw.peer.statistics().drops.of(stun::DatagramDrop::TurnChannel), 1u);
  EXPECT_EQ(dropped(PeerDrop::UnknownTransport), 1u);
}

}  // namespace
}  // namespace ms::peer
