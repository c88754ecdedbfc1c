#include "server/packet/rtcp/sender_report.h"

#include <gtest/gtest.h>

#include <vector>

#include "server/packet/rtcp/test_message.h"

namespace ms::rtcp {
namespace {

constexpr SenderInfo kInfo = {.ntp = rtp::NtpTime(0x0102030405060708),
                              .rtp = rtp::RtpTimestamp(0x090a0b0c),
                              .packets = 13,
                              .octets = 14};
constexpr ReceptionReport kBlock = {.source = Ssrc(7),
                                    .fraction_lost = 64,
                                    .cumulative_lost = -3,
                                    .extended_highest_sequence_number = 0x00020003,
                                    .jitter = 5,
                                    .last_sr = rtp::CompactNtp(6),
                                    .delay_since_last_sr = rtp::CompactNtp(8)};

TEST(SenderReport, IsWrittenAsTheRfcDrawsIt) {
  TestMessage message;
  ASSERT_TRUE(writeSenderReport(message.out(), Ssrc(1), kInfo, {&kBlock, 1}));

  const std::vector<std::uint8_t> expected = {
      0x81, 200, 0, 12, 0,  0,    0,    1,                    // Header, SSRC.
      1,    2,   3, 4,  5,  6,    7,    8,    9, 10, 11, 12,  // NTP, RTP.
      0,    0,   0, 13, 0,  0,    0,    14,                   // Packets, octets.
      0,    0,   0, 7,  64, 0xff, 0xff, 0xfd,                 // Source, fraction, cumulative lost.
      0,    2,   0, 3,  0,  0,    0,    5,    0, 0,  0,  6,
      0,    0,   0, 8};  // Highest, jitter, LSR, DLSR.
  EXPECT_EQ(std::vector<std::uint8_t>(message.bytes().begin(), message.bytes().end()), expected);
}

TEST(SenderReport, ReadsWhatWasWritten) {
  TestMessage message;
  writeSenderReport(message.out(), Ssrc(1), kInfo, {&kBlock, 1});

  const auto view = SenderReportView::parse(message.packet());

  ASSERT_TRUE(view);
  EXPECT_EQ(view->sender, Ssrc(1));
  EXPECT_EQ(view->info, kInfo);
  ASSERT_EQ(view->blocks.size(), 1u);
  EXPECT_EQ(view->blocks[0], kBlock);
}

TEST(SenderReport, CarriesAtMost31Blocks) {
  TestMessage message;
  const std::vector<ReceptionReport> blocks(32, kBlock);
  EXPECT_FALSE(writeSenderReport(message.out(), Ssrc(1), kInfo, blocks));
  EXPECT_TRUE(writeSenderReport(message.out(), Ssrc(1), kInfo, std::span(blocks).first(31)));
  EXPECT_EQ(SenderReportView::parse(message.packet())->blocks.size(), 31u);
}

TEST(SenderReport, RefusesFewerBlocksThanItsCountSays) {
  TestMessage message;
  writeSenderReport(message.out(), Ssrc(1), kInfo, {});
  std::vector<std::uint8_t> bytes(message.bytes().begin(), message.bytes().end());
  bytes[0] = 0x81;

  EXPECT_EQ(SenderReportView::parse(*PacketView::parse(bytes)).error(), Drop::TooShort);
}

TEST(SenderReport, SkipsProfileExtensions) {
  TestMessage message;
  writeSenderReport(message.out(), Ssrc(1), kInfo, {});
  std::vector<std::uint8_t> bytes(message.bytes().begin(), message.bytes().end());
  bytes.insert(bytes.end(), {1, 2, 3, 4});
  bytes[3] += 1;

  EXPECT_TRUE(SenderReportView::parse(*PacketView::parse(bytes)));
}

}  // namespace
}  // namespace ms::rtcp
