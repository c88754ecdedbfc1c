#include "server/packet/rtp/abs_send_time.h"

#include <gtest/gtest.h>

namespace ms::rtp {
namespace {

TEST(AbsSendTime, IsSixPointEighteenSecondsThatWrap) {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  EXPECT_EQ(toAbsSendTime(Timestamp(seconds(1))), AbsSendTime(1u << 18));
  EXPECT_EQ(toAbsSendTime(Timestamp(milliseconds(500))), AbsSendTime(1u << 17));
  EXPECT_EQ(toAbsSendTime(Timestamp(seconds(64))), AbsSendTime(0));
  EXPECT_EQ(toAbsSendTime(Timestamp(seconds(65))), AbsSendTime(1u << 18));
  EXPECT_LE(*toAbsSendTime(Timestamp(Duration(63'999'999))), 0xffffffu);
}

}  // namespace
}  // namespace ms::rtp
