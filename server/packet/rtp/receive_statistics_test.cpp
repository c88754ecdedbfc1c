#include "server/packet/rtp/receive_statistics.h"

#include <gtest/gtest.h>

#include "server/packet/rtp/test_packet.h"

namespace ms::rtp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Order = ReceiveStatistics::Order;
using Trust = ReceiveStatistics::Trust;

// A stream of 50 packets per second at 8 kHz, each as late as the test says.
class ReceiveStatisticsTest : public testing::Test {
 protected:
  auto receive(int number, Duration late = {}) {
    const auto sequence = static_cast<std::uint16_t>(number);
    return statistics_.receive(SequenceNumber(sequence),
                               RtpTimestamp(static_cast<std::uint32_t>(number) * 160), 172,
                               at(milliseconds(20) * number + late));
  }
  void receiveAll(int from, int to) {
    for (int number = from; number < to; ++number) EXPECT_TRUE(receive(number)) << number;
  }

  ReceiveStatistics statistics_{Ssrc(1), 8000, Trust::Announced};
};

TEST_F(ReceiveStatisticsTest, CountsPacketsAndBytes) {
  receiveAll(10, 20);

  EXPECT_EQ(statistics_.packetsReceived(), 10u);
  EXPECT_EQ(statistics_.bytesReceived(), 1720u);
  EXPECT_EQ(statistics_.packetsExpected(), 10);
  EXPECT_EQ(statistics_.packetsLost(), 0);
}

TEST_F(ReceiveStatisticsTest, ExtendsTheSequenceNumberOverTheWrap) {
  receiveAll(65530, 65540);

  EXPECT_EQ(statistics_.makeReport(at(seconds(2000))).extended_highest_sequence_number, 65539u);
  EXPECT_EQ(statistics_.packetsLost(), 0);
}

TEST_F(ReceiveStatisticsTest, ReportsTheFractionLostOfEachInterval) {
  for (int number = 0; number < 100; ++number)
    if (number % 4 != 1) receive(number);
  auto report = statistics_.makeReport(at(seconds(2)));
  EXPECT_EQ(report.source, Ssrc(1));
  EXPECT_EQ(report.fraction_lost, 64);
  EXPECT_EQ(report.cumulative_lost, 25);

  receiveAll(100, 200);
  report = statistics_.makeReport(at(seconds(4)));
  EXPECT_EQ(report.fraction_lost, 0);
  EXPECT_EQ(report.cumulative_lost, 25);
}

TEST_F(ReceiveStatisticsTest, CountsALatePacketAsNoLongerLost) {
  receiveAll(0, 5);
  receiveAll(6, 10);
  EXPECT_EQ(statistics_.packetsLost(), 1);
  EXPECT_EQ(receive(5), Order::Late);
  EXPECT_EQ(statistics_.packetsLost(), 0);
}

TEST_F(ReceiveStatisticsTest, ShowsDuplicatesAsNegativeLoss) {
  receiveAll(0, 5);
  EXPECT_EQ(receive(4), Order::Late);
  EXPECT_EQ(receive(3), Order::Late);

  const auto report = statistics_.makeReport(at(seconds(1)));
  EXPECT_EQ(report.cumulative_lost, -2);
  EXPECT_EQ(report.fraction_lost, 0);
}

TEST_F(ReceiveStatisticsTest, HasNoJitterWhenPacketsComeEvenly) {
  receiveAll(0, 500);
  EXPECT_EQ(statistics_.jitter(), Duration(0));
}

TEST_F(ReceiveStatisticsTest, ApproachesTheMeanDeviation) {
  // Every second packet is 10 ms late: |D| is always 80 ticks.
  for (int number = 0; number < 500; ++number) receive(number, milliseconds(number % 2 * 10));

  EXPECT_NEAR(statistics_.makeReport(at(seconds(20))).jitter, 80, 1);
  EXPECT_NEAR(static_cast<double>(statistics_.jitter().count()), 10'000, 200);
}

TEST_F(ReceiveStatisticsTest, DoesNotTakeThePacketsOfOnePictureForJitter) {
  for (int number = 0; number < 500; ++number)
    statistics_.receive(SequenceNumber(static_cast<std::uint16_t>(number)),
                        RtpTimestamp(static_cast<std::uint32_t>(number / 5) * 800), 1000,
                        at(milliseconds(100) * (number / 5) + milliseconds(8) * (number % 5)));
  EXPECT_EQ(statistics_.jitter(), Duration(0));
}

TEST_F(ReceiveStatisticsTest, TakesAStepOfTimestampsForNoJitter) {
  receiveAll(0, 10);
  statistics_.receive(SequenceNumber(10), RtpTimestamp(0x80000000), 172, at(milliseconds(200)));
  EXPECT_EQ(statistics_.jitter(), Duration(0));
}

TEST_F(ReceiveStatisticsTest, EchoesTheLastSenderReport) {
  receiveAll(0, 2);
  EXPECT_EQ(statistics_.makeReport(at(seconds(1))).last_sr, CompactNtp(0));

  statistics_.onSenderReport(NtpTime(0x11112222'33334444), at(seconds(1)));
  const auto report = statistics_.makeReport(at(milliseconds(2500)));

  EXPECT_EQ(report.last_sr, CompactNtp(0x22223333));
  EXPECT_EQ(report.delay_since_last_sr, CompactNtp(0x00018000));
}

TEST_F(ReceiveStatisticsTest, TakesOneFarPacketForAStrayAndTwoForARestart) {
  receiveAll(0, 10);
  EXPECT_EQ(receive(20'000).error(), Drop::SequenceJump);
  EXPECT_EQ(receive(10), Order::Newest);
  EXPECT_EQ(receive(20'000).error(), Drop::SequenceJump);
  EXPECT_EQ(receive(20'001), Order::Restarted);
  EXPECT_EQ(receive(20'002), Order::Newest);

  EXPECT_EQ(statistics_.packetsReceived(), 13u);
  EXPECT_EQ(statistics_.packetsLost(), 0);
}

TEST_F(ReceiveStatisticsTest, CountsLossOnBothSidesOfARestart) {
  receive(0);
  receive(2);
  receive(20'000);
  receive(20'001);
  receive(20'003);

  EXPECT_EQ(statistics_.packetsLost(), 2);
  EXPECT_EQ(statistics_.makeReport(at(seconds(1))).cumulative_lost, 2);
}

TEST_F(ReceiveStatisticsTest, KeepsTheReportedLossWithin24Bits) {
  // 6000 gaps of 2998 packets are more than 2^23 - 1.
  for (int i = 0; i < 6000; ++i) receive(i * 2999);

  EXPECT_EQ(statistics_.makeReport(at(seconds(1))).cumulative_lost, 0x7fffff);
  EXPECT_EQ(statistics_.packetsLost(), 5999 * 2998);
}

TEST(ReceiveStatistics, KeepsAnUnannouncedSsrcOnProbationUntilTwoPacketsInOrder) {
  ReceiveStatistics statistics(Ssrc(1), 8000, Trust::OnProbation);
  const auto receive = [&](int number) {
    return statistics.receive(SequenceNumber(static_cast<std::uint16_t>(number)), RtpTimestamp(0),
                              100, at({}));
  };

  EXPECT_EQ(receive(5).error(), Drop::OnProbation);
  EXPECT_EQ(receive(7).error(), Drop::OnProbation);
  EXPECT_FALSE(statistics.isValid());
  EXPECT_TRUE(receive(8));
  EXPECT_TRUE(statistics.isValid());
  EXPECT_EQ(statistics.packetsReceived(), 1u);
  EXPECT_EQ(statistics.packetsLost(), 0);
}

TEST(ReceiveStatistics, SurvivesAClockRateOfZero) {
  ReceiveStatistics statistics(Ssrc(1), 0, Trust::Announced);
  EXPECT_TRUE(statistics.receive(SequenceNumber(1), RtpTimestamp(0), 100, at({})));
  EXPECT_EQ(statistics.jitter(), Duration(0));
}

}  // namespace
}  // namespace ms::rtp
