#include "server/packet/rtcp/receiver_report.h"

#include <gtest/gtest.h>

#include <vector>

#include "server/packet/rtcp/test_message.h"

namespace ms::rtcp {
namespace {

TEST(ReceiverReport, ReadsWhatWasWritten) {
  std::vector<ReceptionReport> blocks(2);
  blocks[0].source = Ssrc(5);
  blocks[1].source = Ssrc(6);
  blocks[1].cumulative_lost = 0x7fffff;
  TestMessage message;
  ASSERT_TRUE(writeReceiverReport(message.out(), Ssrc(1), blocks));

  const auto view = ReceiverReportView::parse(message.packet());

  ASSERT_TRUE(view);
  EXPECT_EQ(view->sender, Ssrc(1));
  ASSERT_EQ(view->blocks.size(), 2u);
  EXPECT_EQ(view->blocks[0], blocks[0]);
  EXPECT_EQ(view->blocks[1], blocks[1]);
}

TEST(ReceiverReport, RefusesFewerBlocksThanItsCountSays) {
  const std::uint8_t bytes[] = {0x81, 201, 0, 1, 0, 0, 0, 1};
  EXPECT_EQ(ReceiverReportView::parse(*PacketView::parse(bytes)).error(), Drop::TooShort);
}

TEST(ReceiverReport, RefusesToBeWithoutItsSender) {
  const std::uint8_t bytes[] = {0x80, 201, 0, 0};
  EXPECT_EQ(ReceiverReportView::parse(*PacketView::parse(bytes)).error(), Drop::TooShort);
}

}  // namespace
}  // namespace ms::rtcp
