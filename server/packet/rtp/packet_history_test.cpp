#include "server/packet/rtp/packet_history.h"

#include <gtest/gtest.h>

#include "server/packet/rtp/rtp_writer.h"
#include "server/packet/rtp/test_packet.h"

namespace ms::rtp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kRtt = milliseconds(100);

class PacketHistoryTest : public testing::Test {
 protected:
  void put(int number, Duration when = {}) {
    OutgoingHeader header;
    header.ssrc = Ssrc(9);
    header.sequence_number = SequenceNumber(static_cast<std::uint16_t>(number));
    history_.put(pool_.copy(TestPacket{}.bytes(), at(when)), header, at(when));
  }
  auto resend(int number, Duration when) {
    return history_.resend(SequenceNumber(static_cast<std::uint16_t>(number)), kRtt, at(when));
  }

  PacketPool pool_;
  PacketHistory history_;
};

TEST_F(PacketHistoryTest, GivesWhatMakesExactlyTheBytesOfTheFirstTime) {
  const PacketRef packet = pool_.copy(TestPacket{.marker = true}.bytes(), at({}));
  OutgoingHeader header{.ssrc = Ssrc(9),
                        .timestamp = RtpTimestamp(5),
                        .sequence_number = SequenceNumber(77),
                        .payload_type = PayloadType(100),
                        .marker = true,
                        .picture_ids = std::nullopt,
                        .abs_send_time = AbsSendTimeExtension{ExtensionId(3), AbsSendTime(1234)}};
  std::vector<std::uint8_t> first(200), again(200);
  first.resize(*writeForwarded(*RtpView::parse(packet.bytes()), header, first));
  history_.put(packet, header, at({}));

  const auto sent = resend(77, seconds(1));

  ASSERT_TRUE(sent);
  const auto view = RtpView::parse((*sent)->packet.bytes());
  again.resize(*writeForwarded(*view, (*sent)->header, again));
  EXPECT_EQ(again, first);
}

TEST_F(PacketHistoryTest, KeepsTheLast512PacketsAcrossTheWrap) {
  for (int number = 65000; number < 66000; ++number) put(number);

  EXPECT_EQ(history_.size(), PacketHistory::kPackets);
  EXPECT_EQ(resend(65999, {}).value()->header.sequence_number, SequenceNumber(65999 - 65536));
  EXPECT_TRUE(resend(65488, {}));
  EXPECT_EQ(resend(65487, {}).error(), Drop::NotInHistory);
  EXPECT_EQ(pool_.inUse(), PacketHistory::kPackets);
}

TEST_F(PacketHistoryTest, HasNothingThatWasNeverSent) {
  put(5);
  EXPECT_EQ(resend(6, {}).error(), Drop::NotInHistory);
  EXPECT_EQ(resend(5 + 512, {}).error(), Drop::NotInHistory);
}

TEST_F(PacketHistoryTest, ResendsOnePacketOncePerRoundTrip) {
  put(5);
  EXPECT_TRUE(resend(5, milliseconds(30)));
  EXPECT_EQ(resend(5, milliseconds(129)).error(), Drop::ResentRecently);
  EXPECT_TRUE(resend(5, milliseconds(130)));
}

TEST_F(PacketHistoryTest, DropsPacketsThatAreTooOld) {
  put(5);
  put(6, seconds(5));
  history_.expire(at(PacketHistory::kMaxAge));

  EXPECT_EQ(history_.size(), 1u);
  EXPECT_EQ(resend(5, seconds(10)).error(), Drop::NotInHistory);
  EXPECT_TRUE(resend(6, seconds(10)));
  EXPECT_EQ(pool_.inUse(), 1u);
}

TEST_F(PacketHistoryTest, DropsAllOfASilentStreamWhateverItsNumbersDid) {
  for (int number = 65'500; number < 65'560; ++number) put(number);  // Across the wrap,
  put(65'510);                                                       // one of them late,
  for (int number = 70'000; number < 70'700; number += 3) put(number, seconds(1));  // and a leap.
  history_.expire(at(seconds(1) + PacketHistory::kMaxAge));

  EXPECT_EQ(history_.size(), 0u);
  EXPECT_EQ(pool_.inUse(), 0u);
}

TEST_F(PacketHistoryTest, KeepsWhatWasSentAgainLatelyAndAllThatCameAfterIt) {
  for (int number = 0; number < 4; ++number) put(number);
  ASSERT_TRUE(resend(1, seconds(5)));
  history_.expire(at(PacketHistory::kMaxAge));
  EXPECT_EQ(history_.size(), 3u);

  history_.expire(at(seconds(5) + PacketHistory::kMaxAge));
  EXPECT_EQ(history_.size(), 0u);
}

TEST_F(PacketHistoryTest, GivesAllBuffersBackWhenCleared) {
  for (int number = 0; number < 100; ++number) put(number);
  history_.clear();
  EXPECT_EQ(history_.size(), 0u);
  EXPECT_EQ(pool_.inUse(), 0u);
}

TEST_F(PacketHistoryTest, DoesNotCountANullPacket) {
  history_.put(PacketRef(), {}, at({}));
  EXPECT_EQ(history_.size(), 0u);
  EXPECT_EQ(resend(0, {}).error(), Drop::NotInHistory);
}

}  // namespace
}  // namespace ms::rtp
