#include "server/packet/rtcp/transport_cc_view.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace ms::rtcp {
namespace {

using Packet = std::vector<std::uint8_t>;
constexpr int kLost = 1 << 30;

// Base sequence 65534; `rest` are chunks and deltas.
Packet feedback(std::uint16_t count, const Packet& rest) {
  Packet packet = {0x8f, 205,  0,    0, 0, 0,    0,    1,    0, 0, 0,
                   2,    0xff, 0xfe, 0, 0, 0xff, 0xff, 0xff, 9};  // Reference time -1, feedback 9.
  storeBe16(packet, 14, count);
  packet.insert(packet.end(), rest.begin(), rest.end());
  packet.resize((packet.size() + 3) / 4 * 4);
  storeBe16(packet, 2, static_cast<std::uint16_t>(packet.size() / 4 - 1));
  return packet;
}

std::vector<std::pair<int, int>> read(const TransportCcView& view) {
  std::vector<std::pair<int, int>> packets;
  view.forEach([&](std::uint16_t sequence, std::optional<Duration> delta) {
    packets.emplace_back(sequence, delta ? static_cast<int>(delta->count()) : kLost);
  });
  return packets;
}

TEST(TransportCcView, ReadsRunLengthsAndBothKindsOfVectors) {
  // Run: 2 small. One-bit vector: 1 0 1 and 11 zeros. Two-bit vector: large, small, lost ...
  const Packet packet =
      feedback(19, {0x20, 0x02, 0xa8, 0x00, 0xe4, 0x00, 4, 8, 1, 2, 0xff, 0xfc, 3});

  const auto view = TransportCcView::parse(*PacketView::parse(packet));

  ASSERT_TRUE(view);
  EXPECT_EQ(view->sender(), Ssrc(1));
  EXPECT_EQ(view->media(), Ssrc(2));
  EXPECT_EQ(view->referenceTime(), -1);
  EXPECT_EQ(view->feedbackCount(), 9);
  const auto packets = read(*view);
  ASSERT_EQ(packets.size(), 19u);
  EXPECT_EQ(packets[0], std::pair(65534, 1000));
  EXPECT_EQ(packets[1], std::pair(65535, 2000));
  EXPECT_EQ(packets[2], std::pair(0, 250));
  EXPECT_EQ(packets[3], std::pair(1, kLost));
  EXPECT_EQ(packets[4], std::pair(2, 500));
  EXPECT_EQ(packets[5], std::pair(3, kLost));
  EXPECT_EQ(packets[16], std::pair(14, -1000));
  EXPECT_EQ(packets[17], std::pair(15, 750));
  EXPECT_EQ(packets[18], std::pair(16, kLost));
}

TEST(TransportCcView, RefusesMissingChunksAndDeltas) {
  EXPECT_EQ(TransportCcView::parse(*PacketView::parse(feedback(1, {}))).error(), Drop::TooShort);
  // 100 small deltas announced, two bytes there.
  EXPECT_EQ(TransportCcView::parse(*PacketView::parse(feedback(100, {0x20, 0x64, 1, 2}))).error(),
            Drop::TooShort);
}

TEST(TransportCcView, RefusesARunOfNothing) {
  EXPECT_EQ(TransportCcView::parse(*PacketView::parse(feedback(1, {0x20, 0x00, 0, 0}))).error(),
            Drop::BadContent);
}

TEST(TransportCcView, TakesARunLongerThanTheCountForTheCount) {
  const Packet packet = feedback(2, {0x3f, 0xff, 1, 2});
  const auto view = TransportCcView::parse(*PacketView::parse(packet));
  ASSERT_TRUE(view);
  EXPECT_EQ(read(*view).size(), 2u);
}

}  // namespace
}  // namespace ms::rtcp
