#include "server/frame/frame_rate_limit.h"

#include <gtest/gtest.h>

namespace ms::frame {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000, kMillisecond = 1'000'000;

// How many of the pictures of ten seconds pass, each up to `jitter` early or late by turns.
int passed(FrameRateLimit& limit, int rate, std::int64_t jitter = 0, std::int64_t begin = 0) {
  int count = 0;
  for (int i = 0; i < 10 * rate; ++i)
    count += limit.passes(begin + i * kSecond / rate + (i % 2 ? jitter : -jitter)) ? 1 : 0;
  return count;
}

TEST(FrameRateLimit, LeavesOutWhatIsBeyond) {
  for (const auto& [wanted, camera] : {std::pair{5, 20}, {10, 30}, {15, 30}, {20, 30}, {25, 30}}) {
    FrameRateLimit limit({.numerator = wanted, .denominator = 1});
    EXPECT_NEAR(passed(limit, camera), 10 * wanted, 2) << wanted << " of " << camera;
  }
}

TEST(FrameRateLimit, LeavesOutNothingThatIsWithin) {
  for (const int camera : {10, 15, 30}) {
    FrameRateLimit limit({.numerator = 30, .denominator = 1});
    EXPECT_EQ(passed(limit, camera), 10 * camera) << camera;
  }
  FrameRateLimit limit({.numerator = 30, .denominator = 1});
  EXPECT_EQ(passed(limit, 30, 4 * kMillisecond), 300) << "a camera that is not punctual";
}

TEST(FrameRateLimit, TakesFractions) {
  FrameRateLimit limit({.numerator = 1, .denominator = 2});
  EXPECT_NEAR(passed(limit, 30), 5, 1);
}

TEST(FrameRateLimit, BeginsAnewWhereTimesJump) {
  FrameRateLimit limit({.numerator = 5, .denominator = 1});
  EXPECT_NEAR(passed(limit, 20, 0, 100 * kSecond), 50, 2);
  EXPECT_NEAR(passed(limit, 20), 50, 2) << "back to the beginning";
  EXPECT_NEAR(passed(limit, 20, 0, 1000 * kSecond), 50, 2);
}

}  // namespace
}  // namespace ms::frame
