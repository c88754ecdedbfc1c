#include "server/frame/reorder_buffer.h"

#include <gtest/gtest.h>

#include <vector>

#include "server/packet/rtp/test_packet.h"

namespace ms::frame {
namespace {

using namespace std::chrono_literals;
using rtp::at;

class ReorderBufferTest : public testing::Test {
 protected:
  void push(std::uint16_t number, Timestamp now) {
    const auto bytes = rtp::TestPacket{.sequence_number = number}.bytes();
    buffer_.push(rtp::SequenceNumber(number), pool_.copy(bytes, now), now);
  }
  // The numbers that come out; negative after a gap.
  std::vector<int> popAll(Timestamp now) {
    std::vector<int> numbers;
    while (const auto popped = buffer_.pop(now)) {
      const int number = loadBe16(popped->packet.bytes(), 2);
      numbers.push_back(popped->is_after_gap ? -number : number);
    }
    return numbers;
  }

  rtp::PacketPool pool_;
  ReorderBuffer buffer_;
};

using Numbers = std::vector<int>;

TEST_F(ReorderBufferTest, PassesOnWhatComesInOrder) {
  for (std::uint16_t number = 10; number < 13; ++number) push(number, at(0s));
  EXPECT_EQ(popAll(at(0s)), (Numbers{10, 11, 12}));
  EXPECT_EQ(buffer_.nextTime(), kNever);
}

TEST_F(ReorderBufferTest, WaitsForWhatIsMissing) {
  push(10, at(0s));
  push(12, at(0s));
  EXPECT_EQ(popAll(at(100ms)), (Numbers{10}));
  push(11, at(100ms));
  EXPECT_EQ(popAll(at(100ms)), (Numbers{11, 12}));
}

TEST_F(ReorderBufferTest, GivesUpAfterAWhile) {
  push(10, at(0s));
  push(12, at(100ms));
  EXPECT_EQ(popAll(at(100ms)), (Numbers{10}));
  EXPECT_EQ(buffer_.nextTime(), at(100ms + ReorderBuffer::kMaxWait));
  EXPECT_EQ(popAll(at(100ms + ReorderBuffer::kMaxWait)), (Numbers{-12}));
  push(11, at(1s));
  EXPECT_TRUE(popAll(at(1s)).empty()) << "too late";
}

TEST_F(ReorderBufferTest, DropsCopies) {
  push(10, at(0s));
  push(12, at(0s));
  push(12, at(0s));
  push(11, at(0s));
  push(10, at(0s));
  EXPECT_EQ(popAll(at(0s)), (Numbers{10, 11, 12}));
  push(11, at(0s));
  EXPECT_TRUE(popAll(at(0s)).empty());
}

TEST_F(ReorderBufferTest, FollowsASenderThatBeginsAnew) {
  push(20'000, at(0s));
  push(20'002, at(0s));
  EXPECT_EQ(popAll(at(0s)), (Numbers{20'000}));
  push(7, at(1s));
  push(8, at(1s));
  EXPECT_EQ(popAll(at(1s)), (Numbers{-7, 8}));
}

TEST_F(ReorderBufferTest, PassesTheWrap) {
  push(65535, at(0s));
  push(1, at(0s));
  push(0, at(0s));
  EXPECT_EQ(popAll(at(0s)), (Numbers{65535, 0, 1}));
}

TEST_F(ReorderBufferTest, KeepsSoManyAndNoMore) {
  push(0, at(0s));
  popAll(at(0s));
  for (std::uint16_t number = 2; number < 2 + ReorderBuffer::kMaxPackets + 10; ++number)
    push(number, at(0s));
  EXPECT_EQ(pool_.inUse(), ReorderBuffer::kMaxPackets);
  EXPECT_EQ(popAll(at(1s)).front(), -12);
}

}  // namespace
}  // namespace ms::frame
