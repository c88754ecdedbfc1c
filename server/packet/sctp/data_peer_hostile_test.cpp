// A peer that has authenticated itself and then sends what no peer should: an association that is
// up goes on.
#include <gmock/gmock.h>
#include <usrsctp.h>

#include "server/packet/sctp/test_sctp.h"

namespace ms::sctp {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr std::uint8_t kInit = 1, kAbort = 6, kReconfig = 130;

class HostileDataPeerTest : public testing::Test {
 protected:
  HostileDataPeerTest() {
    call_.connect();
    call_.open();
  }

  // As if it came from the client: with the right ports and checksum, and this tag.
  std::vector<std::uint8_t> packetOf(std::uint32_t tag, std::uint8_t type, Bytes body) {
    std::vector<std::uint8_t> packet(kCommonHeaderBytes + 4);
    storeBe16(packet, 0, TestDataCall::kPorts.local);
    storeBe16(packet, 2, TestDataCall::kPorts.remote);
    storeBe32(packet, 4, tag);
    packet[kCommonHeaderBytes] = type;
    storeBe16(packet, kCommonHeaderBytes + 2, static_cast<std::uint16_t>(4 + body.size()));
    packet.insert(packet.end(), body.begin(), body.end());
    const std::uint32_t checksum = usrsctp_crc32c(packet.data(), packet.size());
    for (std::size_t byte = 0; byte < 4; ++byte)  // In network order already.
      packet[8 + byte] = static_cast<std::uint8_t>(checksum >> 8 * byte);
    return packet;
  }
  void give(Bytes packet) { call_.server.peer.receive(packet); }

  void expectUndisturbed() {
    call_.runFor(1s);
    call_.client.application.say("ping");
    call_.server.application.say("pong");
    call_.runFor(1s);
    EXPECT_THAT(call_.server.application.texts(), ElementsAre("ping"));
    EXPECT_THAT(call_.client.application.texts(), ElementsAre("pong"));
    EXPECT_THAT(call_.server.opened, ElementsAre("0"));
    EXPECT_EQ(call_.server.ended + call_.client.ended, 0);
  }

  TestDataCall call_;
};

TEST_F(HostileDataPeerTest, GarbageIsDropped) {
  peer::SeededRandom random(7);
  for (int i = 0; i < 5000; ++i) {
    std::vector<std::uint8_t> packet(random.below(200));
    random.fill(packet);
    if (packet.size() >= 4 && i % 2 == 0) {  // Every other one gets past the check of its ports.
      storeBe16(packet, 0, TestDataCall::kPorts.local);
      storeBe16(packet, 2, TestDataCall::kPorts.remote);
    }
    give(packet);
  }

  expectUndisturbed();
}

TEST_F(HostileDataPeerTest, AFloodOfInitsMeansNothing) {
  const std::uint64_t before = call_.server.packets;
  for (std::uint32_t i = 1; i <= 2000; ++i) {
    std::vector<std::uint8_t> body(16);
    storeBe32(body, 0, i);            // Its tag,
    storeBe32(body, 4, 1'000'000);    // window,
    storeBe32(body, 8, 0xffff'ffff);  // streams,
    storeBe32(body, 12, i);           // and first number.
    give(packetOf(0, kInit, body));
  }

  EXPECT_GT(call_.server.packets, before);  // They were taken for what they are.
  EXPECT_LE(call_.server.packets - before, 2000u);
  call_.server.conditions.loss = 1;  // What it answered is of no interest.
  call_.runFor(100ms);
  call_.server.conditions.loss = 0;
  expectUndisturbed();
}

TEST_F(HostileDataPeerTest, AnAbortWithAWrongTagIsNone) {
  for (std::uint32_t tag = 0; tag < 1000; ++tag) give(packetOf(tag * 4'294'967, kAbort, {}));

  expectUndisturbed();
}

TEST_F(HostileDataPeerTest, ResetsWithAWrongTagAreNone) {
  std::vector<std::uint8_t> body(18);
  storeBe16(body, 0, 13);  // Outgoing reset, of stream 0.
  storeBe16(body, 2, 18);
  for (std::uint32_t tag = 1; tag < 1000; ++tag) give(packetOf(tag * 4'294'967, kReconfig, body));

  expectUndisturbed();
}

}  // namespace
}  // namespace ms::sctp
