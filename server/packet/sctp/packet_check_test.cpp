#include "server/packet/sctp/packet_check.h"

#include <gtest/gtest.h>

#include <vector>

namespace ms::sctp {
namespace {

constexpr PortPair kPorts{.local = 5000, .remote = 5001};
constexpr std::uint8_t kSack = 3, kEcnEcho = 12, kAuth = 15, kReconfig = 130, kAsconf = 193;

struct Chunk {
  std::uint8_t type;
  std::uint16_t length;  // As the chunk says it.
  std::size_t bytes;     // As it is.
};

std::vector<std::uint8_t> packetOf(const std::vector<Chunk>& chunks) {
  std::vector<std::uint8_t> packet(kCommonHeaderBytes);
  storeBe16(packet, 0, kPorts.remote);
  storeBe16(packet, 2, kPorts.local);
  for (const Chunk& chunk : chunks) {
    std::vector<std::uint8_t> bytes(chunk.bytes);
    bytes[0] = chunk.type;
    storeBe16(bytes, 2, chunk.length);
    packet.insert(packet.end(), bytes.begin(), bytes.end());
  }
  return packet;
}

TEST(PacketCheck, TakesChunksWithAndWithoutPadding) {
  EXPECT_TRUE(checkPacket(packetOf({{kSack, 16, 16}}), kPorts));
  EXPECT_TRUE(checkPacket(packetOf({{0, 17, 20}, {kReconfig, 16, 16}}), kPorts));
  EXPECT_TRUE(checkPacket(packetOf({{kSack, 16, 16}, {0, 17, 17}}), kPorts));
}

TEST(PacketCheck, RefusesLengthsThatCannotBe) {
  EXPECT_EQ(checkPacket({}, kPorts).error(), Drop::TooShort);
  EXPECT_EQ(checkPacket(packetOf({}), kPorts).error(), Drop::TooShort);
  EXPECT_EQ(checkPacket(packetOf({{kSack, 0, 4}}), kPorts).error(), Drop::BadChunk);
  EXPECT_EQ(checkPacket(packetOf({{kSack, 3, 4}}), kPorts).error(), Drop::BadChunk);
  EXPECT_EQ(checkPacket(packetOf({{kSack, 17, 16}}), kPorts).error(), Drop::BadChunk);
  auto tail = packetOf({{kSack, 16, 16}});
  tail.push_back(0);
  EXPECT_EQ(checkPacket(tail, kPorts).error(), Drop::TooShort);
}

TEST(PacketCheck, RefusesOtherPorts) {
  const auto packet = packetOf({{kSack, 16, 16}});
  EXPECT_EQ(checkPacket(packet, {.local = 5000, .remote = 5000}).error(), Drop::WrongPort);
  EXPECT_EQ(checkPacket(packet, {.local = 5001, .remote = 5001}).error(), Drop::WrongPort);
}

TEST(PacketCheck, RefusesExtensionsThatNobodyNegotiated) {
  for (const std::uint8_t type : {kEcnEcho, kAuth, kAsconf, std::uint8_t{64}, std::uint8_t{255}})
    EXPECT_EQ(checkPacket(packetOf({{kSack, 16, 16}, {type, 8, 8}}), kPorts).error(),
              Drop::UnwantedChunk);
}

}  // namespace
}  // namespace ms::sctp
