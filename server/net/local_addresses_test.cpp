#include "server/net/local_addresses.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ms::net {
namespace {

using Scope = InterfaceAddress::Scope;
using Texts = std::vector<std::string>;

const InterfaceAddress kLo4{"lo", "127.0.0.1", Scope::Loopback};
const InterfaceAddress kLo6{"lo", "::1", Scope::Loopback};
const InterfaceAddress kEth4{"eth0", "192.0.2.2", Scope::Global};
const InterfaceAddress kEthLinkLocal{"eth0", "fe80::1%eth0", Scope::LinkLocal};
const InterfaceAddress kVpn4{"tun0", "198.51.100.7", Scope::Global};

TEST(OfferedAddresses, LeaveLoopbackOutWhereOtherAddressesAreThere) {
  EXPECT_EQ(offeredAddresses({kLo4, kLo6, kEth4, kEthLinkLocal}, {}, LoopbackCandidates::WhenAlone),
            (Texts{"192.0.2.2", "fe80::1%eth0"}));
}

TEST(OfferedAddresses, AreLoopbackOnesWhereNothingElseCouldBeReached) {
  EXPECT_EQ(offeredAddresses({kLo4, kLo6}, {}, LoopbackCandidates::WhenAlone),
            (Texts{"127.0.0.1", "::1"}));
  EXPECT_EQ(offeredAddresses({kLo4, kEthLinkLocal}, {}, LoopbackCandidates::WhenAlone),
            (Texts{"127.0.0.1", "fe80::1%eth0"}));
}

TEST(OfferedAddresses, IncludeLoopbackWhenItIsAskedFor) {
  EXPECT_EQ(offeredAddresses({kLo4, kEth4}, {}, LoopbackCandidates::Always),
            (Texts{"127.0.0.1", "192.0.2.2"}));
  EXPECT_EQ(offeredAddresses({kLo4, kEth4}, {"lo", "eth0"}, LoopbackCandidates::WhenAlone),
            (Texts{"127.0.0.1", "192.0.2.2"}));
}

TEST(OfferedAddresses, AreThoseOfTheNamedInterfaces) {
  EXPECT_EQ(offeredAddresses({kLo4, kEth4, kVpn4}, {"tun0"}, LoopbackCandidates::WhenAlone),
            Texts{"198.51.100.7"});
  EXPECT_TRUE(offeredAddresses({kLo4, kEth4}, {"wlan0"}, LoopbackCandidates::WhenAlone).empty());
}

TEST(OfferedAddresses, HaveALimit) {
  EXPECT_EQ(offeredAddresses(std::vector(100, kEth4), {}, LoopbackCandidates::WhenAlone).size(),
            kMaxLocalAddresses);
}

TEST(InterfaceAddresses, KnowLoopback) {
  const auto all = interfaceAddresses();

  const bool found = std::ranges::any_of(all, [](const InterfaceAddress& address) {
    return address.address == "127.0.0.1" && address.scope == Scope::Loopback;
  });
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace ms::net
