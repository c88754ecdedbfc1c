#include "server/packet/srtp/replay_window.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace ms::srtp {
namespace {

TEST(ReplayWindow, LetsAnythingComeFirst) {
  ReplayWindow<128> window;
  EXPECT_TRUE(window.isEmpty());
  EXPECT_TRUE(window.mayCome(0));
  EXPECT_TRUE(window.mayCome(std::uint64_t{1} << 47));
}

TEST(ReplayWindow, LetsAnIndexComeOnce) {
  ReplayWindow<128> window;
  window.take(0);
  EXPECT_FALSE(window.mayCome(0));
  EXPECT_TRUE(window.mayCome(1));
  window.take(200);
  EXPECT_FALSE(window.mayCome(200));
  EXPECT_EQ(window.highest(), 200u);
}

TEST(ReplayWindow, ForgetsNothingWithinItsSize) {
  ReplayWindow<128> window;
  window.take(1000);
  EXPECT_TRUE(window.mayCome(1000 - 127));
  EXPECT_FALSE(window.mayCome(1000 - 128));
}

TEST(ReplayWindow, AgreesWithASetOfAllThatCame) {
  constexpr std::uint64_t kSize = 1024;
  std::mt19937 random(1);
  for (const std::uint64_t farthest : {2u, 70u, 1500u, 5000u}) {
    ReplayWindow<kSize> window;
    std::set<std::uint64_t> came;
    std::uint64_t highest = 1 << 20;
    for (int i = 0; i < 20'000; ++i) {
      const std::uint64_t index = highest + random() % farthest - random() % farthest;
      const bool is_old = !came.empty() && index + kSize <= *came.rbegin();
      const bool expected = !is_old && !came.contains(index);
      ASSERT_EQ(window.mayCome(index), expected) << index;
      if (!expected) continue;
      window.take(index);
      came.insert(index);
      highest = *came.rbegin();
      ASSERT_EQ(window.highest(), highest);
    }
  }
}

}  // namespace
}  // namespace ms::srtp
