#include "server/net/relay_ring.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace ms::net {
namespace {

using Packet = std::vector<std::uint8_t>;

// A packet that tells its number and its length.
Packet numbered(std::uint32_t number, std::size_t bytes) {
  Packet packet(bytes, static_cast<std::uint8_t>(number));
  packet[0] = static_cast<std::uint8_t>(number >> 8);
  return packet;
}

// Rings are made on the heap: ASan's stack frames do not keep an alignment of 64 bytes.
TEST(RelayRing, GivesPacketsInTheirOrderWithWhatBelongsToThem) {
  const auto made = std::make_unique<RelayRing>();
  RelayRing& ring = *made;
  const peer::CodecFormat vp8{.codec = rtp::Codec::Vp8};
  ring.write({.relay = 7, .arrival = Timestamp(Duration(5)), .format = vp8}, numbered(1, 100));
  ring.write({.relay = 8, .arrival = Timestamp(Duration(6)), .format = {}}, numbered(2, 1));

  std::vector<Packet> packets;
  std::vector<std::uint32_t> relays;
  ring.readAll([&](const RelayRing::Header& header, Bytes packet) {
    packets.emplace_back(packet.begin(), packet.end());
    relays.push_back(header.relay);
    if (header.relay == 7) {
      EXPECT_EQ(header.format, vp8);
      EXPECT_EQ(header.arrival, Timestamp(Duration(5)));
    }
  });

  EXPECT_EQ(packets, (std::vector{numbered(1, 100), numbered(2, 1)}));
  EXPECT_EQ(relays, (std::vector<std::uint32_t>{7, 8}));
}

TEST(RelayRing, RefusesAndCountsWhatFindsItFull) {
  const auto made = std::make_unique<RelayRing>();
  RelayRing& ring = *made;
  const Packet packet(1200);
  std::size_t written = 0;
  while (ring.write({}, packet)) ++written;

  EXPECT_GT(written, 800u);
  EXPECT_EQ(ring.refusals(), 1u);

  std::size_t read = 0;
  ring.readAll([&](const auto&, Bytes) { ++read; });
  EXPECT_EQ(read, written);
  EXPECT_TRUE(ring.write({}, packet));
}

TEST(RelayRing, RefusesWhatIsLargerThanItself) {
  const auto made = std::make_unique<RelayRing>();
  RelayRing& ring = *made;

  EXPECT_FALSE(ring.write({}, Packet(RelayRing::kCapacity)));
}

TEST(RelayRing, LosesNothingAcrossItsEndBetweenTwoThreads) {
  constexpr std::uint32_t kPackets = 20'000;
  const auto made = std::make_unique<RelayRing>();
  RelayRing& ring = *made;
  std::thread writer([&] {
    for (std::uint32_t i = 0; i < kPackets; ++i)
      while (!ring.write({.relay = i, .arrival = {}, .format = {}}, numbered(i, 1 + i % 1499)))
        std::this_thread::yield();
  });

  std::uint32_t expected = 0;
  while (expected < kPackets)
    ring.readAll([&](const RelayRing::Header& header, Bytes packet) {
      ASSERT_EQ(header.relay, expected);
      ASSERT_EQ(Packet(packet.begin(), packet.end()), numbered(expected, 1 + expected % 1499));
      ++expected;
    });
  writer.join();
}

}  // namespace
}  // namespace ms::net
