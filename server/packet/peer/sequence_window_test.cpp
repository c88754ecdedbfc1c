#include "server/packet/peer/sequence_window.h"

#include <gtest/gtest.h>

namespace ms::peer {
namespace {

bool take(SequenceWindow& window, int number) {
  return window.take(rtp::SequenceNumber(static_cast<std::uint16_t>(number)));
}

TEST(SequenceWindow, GivesEachNumberOnceAcrossTheWrap) {
  SequenceWindow window;
  for (int n = 65000; n < 65536 + 1000; ++n) EXPECT_TRUE(take(window, n));
  for (int n = 65000; n < 65536 + 1000; ++n) EXPECT_FALSE(take(window, n));
}

TEST(SequenceWindow, TakesNumbersOutOfOrderWithinWhatItRemembers) {
  SequenceWindow window;
  EXPECT_TRUE(take(window, 5000));
  EXPECT_TRUE(take(window, 4000));
  EXPECT_TRUE(take(window, 4999));
  EXPECT_FALSE(take(window, 4000));
  EXPECT_FALSE(take(window, 5000 - SequenceWindow::kNumbers));
}

TEST(SequenceWindow, ForgetsAllAfterALongJumpAhead) {
  SequenceWindow window;
  EXPECT_TRUE(take(window, 10));
  EXPECT_TRUE(take(window, 10 + 30000));
  EXPECT_TRUE(take(window, 10 + 30000 - 1));
  EXPECT_FALSE(take(window, 10));
}

}  // namespace
}  // namespace ms::peer
