#include "server/packet/rtcp/bye.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/packet/rtcp/test_message.h"

namespace ms::rtcp {
namespace {

TEST(Bye, ReadsTheSsrcsAndReasonItWrote) {
  const Ssrc ssrcs[] = {Ssrc(1), Ssrc(0xffffffff)};
  for (const std::string reason : {"", "a", "bye", "gone", "released"}) {
    TestMessage message;
    ASSERT_TRUE(writeBye(message.out(), ssrcs, reason));

    const auto view = ByeView::parse(message.packet());

    ASSERT_TRUE(view);
    ASSERT_EQ(view->size(), 2u);
    EXPECT_EQ((*view)[1], ssrcs[1]);
    EXPECT_EQ(view->reason(), reason);
  }
}

TEST(Bye, MayNameNobody) {
  TestMessage message;
  ASSERT_TRUE(writeBye(message.out(), {}, ""));
  EXPECT_EQ(ByeView::parse(message.packet())->size(), 0u);
}

TEST(Bye, RefusesMoreThanItCanSay) {
  TestMessage message;
  EXPECT_FALSE(writeBye(message.out(), std::vector<Ssrc>(32), ""));
  EXPECT_FALSE(writeBye(message.out(), {}, std::string(256, 'x')));
  EXPECT_TRUE(message.bytes().empty());
}

TEST(Bye, RefusesCountsAndReasonsBeyondItsEnd) {
  const std::uint8_t ssrcs[] = {0x82, 203, 0, 1, 0, 0, 0, 1};
  const std::uint8_t reason[] = {0x81, 203, 0, 2, 0, 0, 0, 1, 4, 'a', 'b', 'c'};
  EXPECT_EQ(ByeView::parse(*PacketView::parse(ssrcs)).error(), Drop::TooShort);
  EXPECT_EQ(ByeView::parse(*PacketView::parse(reason)).error(), Drop::TooShort);
}

}  // namespace
}  // namespace ms::rtcp
