#include "server/packet/rtp/packet_pool.h"

#include <gtest/gtest.h>

#include <vector>

#include "server/packet/rtp/test_packet.h"

namespace ms::rtp {
namespace {

TEST(PacketPool, KeepsACopyOfThePacketAndItsArrival) {
  PacketPool pool;
  std::vector<std::uint8_t> bytes = {1, 2, 3};
  const PacketRef packet = pool.copy(bytes, at(Duration(5)));
  bytes[0] = 9;

  ASSERT_TRUE(packet);
  EXPECT_EQ(packet.bytes().size(), 3u);
  EXPECT_EQ(packet.bytes()[0], 1);
  EXPECT_EQ(packet.arrival(), at(Duration(5)));
}

TEST(PacketPool, SharesOnePacketAmongReferences) {
  PacketPool pool;
  PacketRef first = pool.copy(std::vector<std::uint8_t>{7}, at({}));
  PacketRef second = first;

  EXPECT_EQ(first.bytes().data(), second.bytes().data());
  EXPECT_EQ(first.useCount(), 2u);
  EXPECT_EQ(pool.inUse(), 1u);
  first.reset();
  EXPECT_EQ(second.bytes()[0], 7);
  second = PacketRef();
  EXPECT_EQ(pool.inUse(), 0u);
}

TEST(PacketPool, MovesWithoutCounting) {
  PacketPool pool;
  PacketRef first = pool.take(at({}));
  const PacketRef second = std::move(first);

  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): null is what is promised.
  EXPECT_EQ(second.useCount(), 1u);
}

TEST(PacketPool, SurvivesAssignmentToItself) {
  PacketPool pool;
  PacketRef packet = pool.copy(std::vector<std::uint8_t>{7}, at({}));
  PacketRef& same = packet;
  packet = same;

  ASSERT_TRUE(packet);
  EXPECT_EQ(packet.useCount(), 1u);
}

TEST(PacketPool, RefusesMoreThanItsLimitUntilOneComesBack) {
  PacketPool pool(2);
  PacketRef first = pool.take(at({}));
  const PacketRef second = pool.take(at({}));

  EXPECT_FALSE(pool.take(at({})));
  EXPECT_EQ(pool.refusals(), 1u);
  first.reset();
  EXPECT_TRUE(pool.take(at({})));
}

TEST(PacketPool, UsesTheSameMemoryAgain) {
  PacketPool pool(1000);
  for (int i = 0; i < 5000; ++i) ASSERT_TRUE(pool.take(at({})));

  EXPECT_EQ(pool.reserved(), PacketPool::kSlabPackets);
}

TEST(PacketPool, RefusesPacketsLongerThanAnyShouldBe) {
  PacketPool pool;
  EXPECT_TRUE(pool.copy(std::vector<std::uint8_t>(kMaxPacketBytes), at({})));
  EXPECT_FALSE(pool.copy(std::vector<std::uint8_t>(kMaxPacketBytes + 1), at({})));
  EXPECT_EQ(pool.inUse(), 0u);
}

TEST(PacketPool, LeavesRoomForTheSrtpTrailer) {
  PacketPool pool;
  PacketRef packet = pool.copy(std::vector<std::uint8_t>(kMaxPacketBytes), at({}));

  EXPECT_GE(packet.buffer().size(), kMaxPacketBytes + kMaxTrailerBytes);
  packet.resize(1u << 20);
  EXPECT_EQ(packet.bytes().size(), kPacketBufferBytes);
}

TEST(PacketPool, MayGoBeforeItsPackets) {
  PacketRef packet;
  {
    PacketPool pool;
    packet = pool.copy(std::vector<std::uint8_t>{42}, at({}));
  }
  EXPECT_EQ(packet.bytes()[0], 42);
}

}  // namespace
}  // namespace ms::rtp
