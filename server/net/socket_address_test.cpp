#include "server/net/socket_address.h"

#include <gtest/gtest.h>

namespace ms::net {
namespace {

TEST(SocketAddress, ParsesBothFamilies) {
  const auto ipv4 = SocketAddress::parse("192.0.2.1", 5004);
  const auto ipv6 = SocketAddress::parse("2001:db8::1", 5004);

  ASSERT_TRUE(ipv4 && ipv6);
  EXPECT_EQ(ipv4->family(), AF_INET);
  EXPECT_EQ(ipv6->family(), AF_INET6);
  EXPECT_EQ(ipv4->port(), 5004);
  EXPECT_EQ(ipv6->port(), 5004);
  EXPECT_EQ(ipv4->text(), "192.0.2.1");
  EXPECT_EQ(ipv6->text(), "2001:db8::1");
}

TEST(SocketAddress, ResolvesNoNames) {
  EXPECT_FALSE(SocketAddress::parse("localhost", 1));
  EXPECT_FALSE(SocketAddress::parse("", 1));
  EXPECT_FALSE(SocketAddress::parse("192.0.2.256", 1));
}

TEST(SocketAddress, IsEqualByFamilyAddressAndPort) {
  const auto address = SocketAddress::parse("192.0.2.1", 1);

  EXPECT_EQ(address, SocketAddress::parse("192.0.2.1", 1));
  EXPECT_NE(address, SocketAddress::parse("192.0.2.1", 2));
  EXPECT_NE(address, SocketAddress::parse("192.0.2.2", 1));
  EXPECT_NE(address, SocketAddress::parse("::ffff:192.0.2.1", 1));
}

TEST(SocketAddress, KeepsTheInterfaceOfLinkLocalAddresses) {
  const auto on_loopback = SocketAddress::parse("fe80::1%lo", 1);

  ASSERT_TRUE(on_loopback);
  EXPECT_EQ(on_loopback->text(), "fe80::1%lo");
  EXPECT_NE(on_loopback, SocketAddress::parse("fe80::1", 1));
}

TEST(SocketAddress, GetsTheInterfaceOfTheSocketThatReachesItWhenItIsLinkLocal) {
  const auto local = SocketAddress::parse("fe80::1%lo", 1);
  ASSERT_TRUE(local);

  EXPECT_EQ(SocketAddress::parse("fe80::2", 2)->seenFrom(*local),
            SocketAddress::parse("fe80::2%lo", 2));
  EXPECT_EQ(SocketAddress::parse("fe80::2", 2)->seenFrom(SocketAddress()),
            SocketAddress::parse("fe80::2", 2));
  EXPECT_EQ(SocketAddress::parse("2001:db8::2", 2)->seenFrom(*local),
            SocketAddress::parse("2001:db8::2", 2));
  EXPECT_EQ(SocketAddress::parse("192.0.2.1", 2)->seenFrom(*local),
            SocketAddress::parse("192.0.2.1", 2));
}

TEST(SocketAddress, IsNoneForAnotherFamily) {
  const sockaddr other{.sa_family = AF_UNIX, .sa_data = {}};

  EXPECT_FALSE(SocketAddress::from(other));
  EXPECT_EQ(SocketAddress().family(), AF_UNSPEC);
}

}  // namespace
}  // namespace ms::net
