#include "server/packet/rtcp/key_frame_requests.h"

#include <gtest/gtest.h>

#include <vector>

#include "server/packet/rtcp/test_message.h"

namespace ms::rtcp {
namespace {

TEST(Pli, ReadsWhatWasWritten) {
  TestMessage message;
  ASSERT_TRUE(writePli(message.out(), Ssrc(1), Ssrc(2)));
  const std::vector<std::uint8_t> expected = {0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2};
  EXPECT_EQ(std::vector<std::uint8_t>(message.bytes().begin(), message.bytes().end()), expected);

  const auto view = PliView::parse(message.packet());
  ASSERT_TRUE(view);
  EXPECT_EQ(view->sender, Ssrc(1));
  EXPECT_EQ(view->media, Ssrc(2));
}

TEST(Pli, RefusesToBeWithoutItsMediaSsrc) {
  const std::uint8_t bytes[] = {0x81, 206, 0, 1, 0, 0, 0, 1};
  EXPECT_EQ(PliView::parse(*PacketView::parse(bytes)).error(), Drop::TooShort);
}

TEST(Fir, ReadsWhatWasWritten) {
  TestMessage message;
  ASSERT_TRUE(writeFir(message.out(), Ssrc(1), {.media = Ssrc(2), .number = 7}));
  const std::vector<std::uint8_t> expected = {0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0,
                                              0,    0,   0, 0, 0, 2, 7, 0, 0, 0};
  EXPECT_EQ(std::vector<std::uint8_t>(message.bytes().begin(), message.bytes().end()), expected);

  const auto view = FirView::parse(message.packet());
  ASSERT_TRUE(view);
  ASSERT_EQ(view->size(), 1u);
  EXPECT_EQ((*view)[0].media, Ssrc(2));
  EXPECT_EQ((*view)[0].number, 7);
}

TEST(Fir, RefusesHalfARequest) {
  const std::uint8_t none[] = {0x84, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0};
  const std::uint8_t half[] = {0x84, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0,
                               0,    0,   0, 2, 7, 0, 0, 0, 0, 0, 0, 3};
  EXPECT_EQ(FirView::parse(*PacketView::parse(none)).error(), Drop::TooShort);
  EXPECT_EQ(FirView::parse(*PacketView::parse(half)).error(), Drop::BadContent);
}

}  // namespace
}  // namespace ms::rtcp
