#include "server/packet/srtp/packet_index.h"

#include <gtest/gtest.h>

namespace ms::srtp {
namespace {

TEST(PacketIndex, IsTheOneNearestToTheHighest) {
  struct Case {
    std::uint64_t highest;
    std::uint16_t sequence_number;
    std::uint64_t index;
  };
  constexpr std::uint64_t k2 = 0x2'0000, k3 = 0x3'0000;
  for (const auto& c : {
           Case{k2 + 100, 101, k2 + 101}, Case{k2 + 100, 99, k2 + 99},
           Case{k2 + 100, 0xffff, k2 - 1},                 // Came late, from before the rollover.
           Case{k2 + 0xffff, 0, k3},                       // Rolls over.
           Case{k2 + 0xfff0, 0x7fef, k3 + 0x7fef},         // Farthest ahead.
           Case{k2 + 0xfff0, 0x7ff0, k2 + 0x7ff0},         // Farthest behind.
           Case{k2 + 0x0010, 0x8010, k2 + 0x8010},         // Farthest ahead without a rollover.
           Case{k2 + 0x0010, 0x8011, k2 - 0x7fef},         // Farthest behind, before the rollover.
           Case{3, 40'000, 40'000},                        // Nothing is below 0.
           Case{0xffff'ffff'fffe, 1, 0x1'0000'0000'0001},  // There are no more: over the limit.
       }) {
    EXPECT_EQ(estimateIndex(c.highest, c.sequence_number), c.index)
        << c.highest << ' ' << c.sequence_number;
  }
}

}  // namespace
}  // namespace ms::srtp
