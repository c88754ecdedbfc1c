#include "server/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace ms {
namespace {

class Counting final : public Random {
 public:
  void fill(MutableBytes bytes) override {
    for (auto& byte : bytes) byte = ++last_;
  }

 private:
  std::uint8_t last_ = 0;
};

TEST(Random, MakesNumbersOfTheBytesOfItsSource) {
  Counting random;

  EXPECT_EQ(random.next32(), 0x01020304u);
  EXPECT_EQ(random.next16(), 0x0506u);
  EXPECT_EQ(random.next64(), 0x090a0b0c0d0e0f10u);
}

TEST(SystemRandom, FillsEveryByteOfALongRequest) {
  // Zero after one fill is normal for a byte; zero after forty is not.
  std::vector<std::uint8_t> bytes(4096);
  std::vector<bool> was_set(bytes.size());
  SystemRandom random;

  for (int round = 0; round < 40; ++round) {
    std::ranges::fill(bytes, 0);
    random.fill(bytes);
    for (std::size_t i = 0; i < bytes.size(); ++i) was_set[i] = was_set[i] || bytes[i] != 0;
  }

  EXPECT_EQ(std::ranges::count(was_set, true), static_cast<std::ptrdiff_t>(bytes.size()));
}

}  // namespace
}  // namespace ms
