#include "server/packet/stun/datagram_kind.h"

#include <gtest/gtest.h>

#include <vector>

namespace ms::stun {
namespace {

std::expected<DatagramKind, DatagramDrop> kindOf(std::uint8_t first, std::uint8_t second,
                                                 std::size_t size = 100) {
  std::vector<std::uint8_t> datagram(size);
  datagram[0] = first;
  datagram[1] = second;
  return datagramKind(datagram);
}

TEST(DatagramKind, FollowsTheFirstByteAtEachBorderOfRfc7983) {
  EXPECT_EQ(kindOf(0, 1), DatagramKind::Stun);
  EXPECT_EQ(kindOf(3, 1), DatagramKind::Stun);
  EXPECT_EQ(kindOf(4, 0), std::unexpected(DatagramDrop::Unknown));
  EXPECT_EQ(kindOf(15, 0), std::unexpected(DatagramDrop::Unknown));
  EXPECT_EQ(kindOf(16, 0), std::unexpected(DatagramDrop::Zrtp));
  EXPECT_EQ(kindOf(19, 0), std::unexpected(DatagramDrop::Zrtp));
  EXPECT_EQ(kindOf(20, 254), DatagramKind::Dtls);
  EXPECT_EQ(kindOf(63, 254), DatagramKind::Dtls);
  EXPECT_EQ(kindOf(64, 0), std::unexpected(DatagramDrop::TurnChannel));
  EXPECT_EQ(kindOf(79, 0), std::unexpected(DatagramDrop::TurnChannel));
  EXPECT_EQ(kindOf(80, 0), std::unexpected(DatagramDrop::Unknown));
  EXPECT_EQ(kindOf(127, 0), std::unexpected(DatagramDrop::Unknown));
  EXPECT_EQ(kindOf(128, 96), DatagramKind::Rtp);
  EXPECT_EQ(kindOf(191, 96), DatagramKind::Rtp);
  EXPECT_EQ(kindOf(192, 96), std::unexpected(DatagramDrop::Unknown));
}

TEST(DatagramKind, TellsRtcpFromRtpByThePacketType) {
  EXPECT_EQ(kindOf(0x80, 191), DatagramKind::Rtp);  // Payload type 63 with marker.
  EXPECT_EQ(kindOf(0x80, 192), DatagramKind::Rtcp);
  EXPECT_EQ(kindOf(0x81, 200), DatagramKind::Rtcp);  // Sender report.
  EXPECT_EQ(kindOf(0x81, 206), DatagramKind::Rtcp);  // Payload-specific feedback.
  EXPECT_EQ(kindOf(0x80, 223), DatagramKind::Rtcp);
  EXPECT_EQ(kindOf(0x80, 224), DatagramKind::Rtp);  // Payload type 96 with marker.
  EXPECT_EQ(kindOf(0x80, 72), DatagramKind::Rtp);
}

TEST(DatagramKind, DropsWhatIsShorterThanTheHeaderOfItsProtocol) {
  EXPECT_EQ(datagramKind({}), std::unexpected(DatagramDrop::TooShort));
  EXPECT_EQ(kindOf(0, 1, 19), std::unexpected(DatagramDrop::TooShort));
  EXPECT_EQ(kindOf(0, 1, 20), DatagramKind::Stun);
  EXPECT_EQ(kindOf(22, 254, 12), std::unexpected(DatagramDrop::TooShort));
  EXPECT_EQ(kindOf(22, 254, 13), DatagramKind::Dtls);
  EXPECT_EQ(kindOf(128, 96, 11), std::unexpected(DatagramDrop::TooShort));
  EXPECT_EQ(kindOf(128, 96, 12), DatagramKind::Rtp);
  EXPECT_EQ(kindOf(128, 200, 7), std::unexpected(DatagramDrop::TooShort));
  EXPECT_EQ(kindOf(128, 200, 8), DatagramKind::Rtcp);
}

}  // namespace
}  // namespace ms::stun
