// The send path, packet by packet, to a peer that has the keys.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "server/packet/peer/raw_peer.h"
#include "server/packet/peer/sink_port.h"
#include "server/packet/rtcp/compound_writer.h"
#include "server/packet/rtcp/nack.h"
#include "server/packet/rtcp/receiver_report.h"
#include "server/packet/rtcp/remb.h"
#include "server/packet/rtp/rtp_view.h"

namespace ms::peer {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SendTest : public ::testing::Test {
 protected:
  SendTest()
      : clock(rtp::NtpTime(std::uint64_t{1} << 40), now),
        camera({.kind = rtp::MediaKind::Video,
                .ssrc = rtp::Ssrc(900),
                .first_timestamp = rtp::RtpTimestamp(5),
                .first_number = rtp::SequenceNumber(65530)},
               pool, clock) {}

  void SetUp() override {
    ASSERT_TRUE(raw.connect(now));
    raw.keep_sent = true;
    camera.addSink(*raw.peer.sink(rtp::MediaKind::Video), now);
  }

  void sendFrames(int count) {
    for (int i = 0; i < count; ++i) {
      camera.sendFrame(now);
      now += 33ms;
    }
  }

  std::vector<RawPeer::Datagram> takeSentRtp() {
    std::vector<RawPeer::Datagram> opened;
    for (const auto& datagram : std::exchange(raw.sent, {}))
      if (auto plain = raw.openRtp(datagram); !plain.empty()) opened.push_back(std::move(plain));
    return opened;
  }

  void giveNack(std::span<const rtp::SequenceNumber> numbers) {
    std::array<std::uint8_t, 1200> buffer;
    rtcp::CompoundWriter out(buffer);
    rtcp::writeReceiverReport(out, RawPeer::kRemote.video, {});
    rtcp::writeNack(out, RawPeer::kRemote.video, RawPeer::kServer.video, numbers);
    raw.give(raw.sealRtcp(out.datagram()), now);
  }

  void giveRemb(Bitrate bitrate) {
    std::array<std::uint8_t, 1200> buffer;
    rtcp::CompoundWriter out(buffer);
    rtcp::writeReceiverReport(out, RawPeer::kRemote.video, {});
    rtcp::writeRemb(out, RawPeer::kRemote.video, bitrate, std::array{RawPeer::kServer.video});
    raw.give(raw.sealRtcp(out.datagram()), now);
  }

  Timestamp now{1000s};
  rtp::PacketPool pool{8192};
  rtp::NtpClock clock;
  RawPeer raw{1};
  TestSource camera;
};

TEST_F(SendTest, SendsUnderItsOwnSsrcPayloadTypeAndNumbersWithTheTimeOfSending) {
  sendFrames(20);

  const auto sent = takeSentRtp();
  ASSERT_THAT(sent, SizeIs(20));
  const auto first = rtp::RtpView::parse(sent[0]), last = rtp::RtpView::parse(sent[19]);
  EXPECT_EQ(first->ssrc(), RawPeer::kServer.video);
  EXPECT_EQ(first->payloadType(), rtp::PayloadType(96));
  EXPECT_EQ(static_cast<std::uint16_t>(*last->sequenceNumber() - *first->sequenceNumber()), 19);
  ASSERT_TRUE(first->extension(rtp::ExtensionId(3)));
  EXPECT_EQ(first->extension(rtp::ExtensionId(3))->size(), 3u);
}

TEST_F(SendTest, SendsAPacketAgainAsTheSameBytes) {
  sendFrames(5);
  const auto sealed = raw.sent;
  const auto sent = takeSentRtp();
  const std::array numbers{rtp::RtpView::parse(sent[2])->sequenceNumber()};
  raw.sent.clear();

  giveNack(numbers);

  ASSERT_THAT(raw.sent, SizeIs(1));
  EXPECT_EQ(raw.sent[0], sealed[2]);
  EXPECT_EQ(raw.peer.statistics().outbound.at(1).retransmitted, 1u);
}

TEST_F(SendTest, DoesNotLetItselfBeDrivenToSendWithoutEnd) {
  sendFrames(500);
  std::vector<rtp::SequenceNumber> numbers;
  for (const auto& packet : takeSentRtp())
    numbers.push_back(rtp::RtpView::parse(packet)->sequenceNumber());

  for (int i = 0; i < 10; ++i) giveNack(numbers);

  EXPECT_THAT(raw.sent, SizeIs(SinkPort::kMaxResendsPerInterval));
}

// Its clock is elsewhere then: behind the former one, all pictures look as if they came late.
TEST_F(SendTest, SendsASourceThatBeginsAnewToAViewerWithALimit) {
  sendFrames(20);
  giveRemb(Bitrate(500'000));
  giveRemb(Bitrate(300'000));
  sendFrames(20);
  raw.sent.clear();

  camera.beginAnew(rtp::SequenceNumber(20'000), 0u - 90'000u * 3600);
  sendFrames(20);

  EXPECT_THAT(takeSentRtp(), SizeIs(20));
}

TEST_F(SendTest, DropsWhatThePeerCannotDecode) {
  EXPECT_FALSE(raw.peer.sink(rtp::MediaKind::Video)->takes(kOpus));
  TestSource wrong({.kind = rtp::MediaKind::Audio,
                    .ssrc = rtp::Ssrc(1),
                    .first_timestamp = {},
                    .first_number = {}},
                   pool, clock);
  wrong.addSink(*raw.peer.sink(rtp::MediaKind::Video), now);

  wrong.sendFrame(now);

  EXPECT_THAT(takeSentRtp(), IsEmpty());
  EXPECT_EQ(raw.peer.statistics().drops.of(PeerDrop::CodecNotNegotiated), 1u);
}

TEST_F(SendTest, NeverUsesAnOutgoingNumberForTwoPackets) {
  TestSource other({.kind = rtp::MediaKind::Video,
                    .ssrc = rtp::Ssrc(901),
                    .first_timestamp = rtp::RtpTimestamp(77),
                    .first_number = rtp::SequenceNumber(100)},
                   pool, clock);
  for (int i = 0; i < 40; ++i) {
    sendFrames(5);
    MediaSource& next = i % 2 ? static_cast<MediaSource&>(camera) : other;
    next.addSink(*raw.peer.sink(rtp::MediaKind::Video), now);
    other.requestKeyFrame(0, now);
    other.sendFrame(now);
    camera.requestKeyFrame(0, now);
  }

  std::set<std::uint16_t> numbers;
  const auto sent = takeSentRtp();
  for (const auto& packet : sent)
    EXPECT_TRUE(numbers.insert(*rtp::RtpView::parse(packet)->sequenceNumber()).second);
  EXPECT_GT(sent.size(), 100u);
}

}  // namespace
}  // namespace ms::peer
