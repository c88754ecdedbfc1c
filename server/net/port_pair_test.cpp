#include "server/net/port_pair.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "server/base/process.h"

namespace ms::net {
namespace {

const std::error_code kNoneFree = std::make_error_code(std::errc::address_in_use);

// A range in which nobody else of this machine is likely to be: around a pair the kernel gave us.
PortRange freeRange(std::uint16_t pairs) {
  SystemRandom random;
  const auto found = openPortPair(AddressFamily::Ipv4, {20000, 60000}, random);
  const std::uint16_t first = found->rtpPort();
  return {first, static_cast<std::uint16_t>(first + 2 * pairs - 1)};
}

TEST(PortPair, HasAnEvenPortAndTheNextOne) {
  SystemRandom random;
  for (const auto family : {AddressFamily::Ipv4, AddressFamily::Ipv6}) {
    const auto pair = openPortPair(family, {20001, 60000}, random);

    ASSERT_TRUE(pair);
    EXPECT_EQ(pair->rtpPort() % 2, 0);
    EXPECT_EQ(pair->rtcpPort(), pair->rtpPort() + 1);
    EXPECT_GE(pair->rtpPort(), 20002);
    EXPECT_EQ(pair->rtp.localAddress().family(),
              family == AddressFamily::Ipv6 ? AF_INET6 : AF_INET);
  }
}

TEST(PortPair, GivesEachPairOfTheRangeOnceAndThenSaysThatNoneIsFree) {
  SystemRandom random;
  const PortRange range = freeRange(8);
  std::vector<PortPair> taken;
  std::set<std::uint16_t> ports;

  for (;;) {
    auto pair = openPortPair(AddressFamily::Ipv4, range, random);
    if (!pair) {
      EXPECT_EQ(pair.error(), kNoneFree);
      break;
    }
    EXPECT_TRUE(ports.insert(pair->rtpPort()).second);
    taken.push_back(std::move(*pair));
    ASSERT_LE(taken.size(), 8u);
  }

  EXPECT_FALSE(taken.empty());
}

TEST(PortPair, LeavesNothingOpenWhenNoneIsFree) {
  SystemRandom random;
  const PortRange range = freeRange(1);
  // The odd port alone is taken: the even one is opened, and has to be closed again.
  const auto odd = BoundSocket::open(*SocketAddress::parse("0.0.0.0", range.max), -1);
  const int before = process::openFileCount();

  for (int i = 0; i < 10; ++i)
    EXPECT_FALSE(openPortPair(AddressFamily::Ipv4, range, random).has_value());

  EXPECT_EQ(process::openFileCount(), before);
}

TEST(PortPair, NeedsRoomForBothPorts) {
  SystemRandom random;
  for (const PortRange range :
       {PortRange{5001, 5002}, PortRange{5000, 5000}, PortRange{65535, 65535}}) {
    const auto pair = openPortPair(AddressFamily::Ipv4, range, random);
    ASSERT_FALSE(pair);
    EXPECT_EQ(pair.error(), kNoneFree);
  }
}

}  // namespace
}  // namespace ms::net
