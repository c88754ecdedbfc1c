#include "server/net/udp_socket.h"

#include <gtest/gtest.h>
#include <netinet/udp.h>
#include <unistd.h>

#include <functional>
#include <future>
#include <string>
#include <vector>

#include "server/net/worker_loops.h"

namespace ms::net {
namespace {

SocketAddress loopback(const char* address = "127.0.0.1", std::uint16_t port = 0) {
  return *SocketAddress::parse(address, port);
}

Bytes bytesOf(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Keeps what comes, and tells when there is enough of it.
class Listener : public UdpSocketObserver {
 public:
  void onUdpDatagram(MutableBytes datagram, const SocketAddress& from, Timestamp) override {
    received.emplace_back(datagram.begin(), datagram.end());
    last_from = from;
    if (react) react();
    if (received.size() == wanted) enough.set_value();
  }

  std::vector<std::string> received;
  SocketAddress last_from;
  std::function<void()> react;
  std::size_t wanted = 0;
  std::promise<void> enough;
};

class UdpSocketTest : public testing::Test {
 protected:
  ~UdpSocketTest() override {
    onLoop([this] {
      first.reset();
      second.reset();
    });
  }

  void onLoop(Task task) { worker.loop().runAndWait(std::move(task)); }
  void openBoth(const char* address) {
    onLoop([&] {
      first = *UdpSocket::open(worker, loopback(address), {}, at_first);
      second = *UdpSocket::open(worker, loopback(address), {}, at_second);
      first->setRemote(second->localAddress());
      second->setRemote(first->localAddress());
    });
  }
  bool waits(Listener& listener) {
    return listener.enough.get_future().wait_for(std::chrono::seconds(20)) ==
           std::future_status::ready;
  }

  Worker worker{"test"};
  Listener at_first, at_second;
  std::unique_ptr<UdpSocket> first, second;
};

class UdpSocketOfFamily : public UdpSocketTest, public testing::WithParamInterface<const char*> {};

TEST_P(UdpSocketOfFamily, CarriesDatagramsBothWays) {
  openBoth(GetParam());
  at_first.wanted = at_second.wanted = 2;

  onLoop([&] {
    for (const char* text : {"one", "another"}) {
      first->send(bytesOf(text));
      second->send(bytesOf(text));
    }
  });

  ASSERT_TRUE(waits(at_first) && waits(at_second));
  EXPECT_EQ(at_first.received, (std::vector<std::string>{"one", "another"}));
  EXPECT_EQ(at_second.received, (std::vector<std::string>{"one", "another"}));
  EXPECT_EQ(at_first.last_from, second->localAddress());
}

std::string nameOfFamily(const testing::TestParamInfo<const char*>& family) {
  return loopback(family.param).family() == AF_INET ? "Ipv4" : "Ipv6";
}
INSTANTIATE_TEST_SUITE_P(Families, UdpSocketOfFamily, testing::Values("127.0.0.1", "::1"),
                         nameOfFamily);

TEST_F(UdpSocketTest, TakesApartWhatTheKernelPutTogether) {
  openBoth("127.0.0.1");
  at_second.wanted = 5;
  std::vector<std::string> sent;
  for (char c : {'a', 'b', 'c', 'd'}) sent.emplace_back(1000, c);
  sent.emplace_back(10, 'e');

  onLoop([&] {
    for (const auto& datagram : sent) first->send(bytesOf(datagram));
  });

  ASSERT_TRUE(waits(at_second));
  EXPECT_EQ(at_second.received, sent);
  onLoop([&] { EXPECT_EQ(worker.services().reader.counters().coalesced, 5u); });
}

TEST_F(UdpSocketTest, LeavesTheLoopToOthersDuringAFlood) {
  openBoth("127.0.0.1");
  std::size_t most = 0, in_this_turn = 0;
  EndOfTurn::Hook* hook = nullptr;
  std::unique_ptr<EndOfTurn::Hook> kept;
  constexpr std::size_t kFlood = 200;
  at_second.wanted = kFlood;
  at_second.react = [&] {
    hook->wake();
    most = std::max(most, ++in_this_turn);
  };

  onLoop([&] {
    kept = std::make_unique<EndOfTurn::Hook>(worker.services().turns, [&] { in_this_turn = 0; });
    hook = kept.get();
    // Sizes that grow are never put together by the kernel.
    for (std::size_t i = 1; i <= kFlood; ++i) first->send(bytesOf(std::string(i, 'x')));
  });

  ASSERT_TRUE(waits(at_second));
  EXPECT_LE(most, DatagramReader::kMaxDatagramsPerRead);
  onLoop([&] { kept.reset(); });
}

TEST_F(UdpSocketTest, MayBeDestroyedByItsObserver) {
  openBoth("127.0.0.1");
  at_second.wanted = 1;
  at_second.react = [&] { second.reset(); };

  onLoop([&] {
    for (const char* text : {"one", "more"}) first->send(bytesOf(text));
  });

  ASSERT_TRUE(waits(at_second));
  onLoop([] {});
  EXPECT_EQ(at_second.received, std::vector<std::string>{"one"});
}

TEST_F(UdpSocketTest, TellsWhyItCannotBeOpened) {
  openBoth("127.0.0.1");

  onLoop([&] {
    const auto taken = UdpSocket::open(worker, first->localAddress(), {}, at_first);
    const auto foreign = UdpSocket::open(worker, loopback("192.0.2.1"), {}, at_first);
    ASSERT_FALSE(taken || foreign);
    EXPECT_EQ(taken.error(), std::errc::address_in_use);
    EXPECT_EQ(foreign.error(), std::errc::address_not_available);
  });
}

TEST_F(UdpSocketTest, MarksWhatItSendsWithItsDscp) {
  constexpr int kExpeditedForwarding = 46;
  for (const char* address : {"127.0.0.1", "::1"}) {
    const bool is_ipv4 = loopback(address).family() == AF_INET;
    const int descriptor = socket(loopback(address).family(), SOCK_DGRAM, 0);
    const int on = 1;
    setsockopt(descriptor, is_ipv4 ? IPPROTO_IP : IPPROTO_IPV6,
               is_ipv4 ? IP_RECVTOS : IPV6_RECVTCLASS, &on, sizeof on);
    const auto any = loopback(address);
    ASSERT_EQ(bind(descriptor, any.data(), any.size()), 0);

    onLoop([&] {
      auto sender = UdpSocket::open(worker, any, {.dscp = kExpeditedForwarding}, at_first);
      ASSERT_TRUE(sender);
      (*sender)->setRemote(*SocketAddress::ofSocket(descriptor));
      (*sender)->send(bytesOf("x"));
    });

    char byte;
    iovec vector{&byte, 1};
    alignas(cmsghdr) char control[64];
    msghdr header{};
    header.msg_iov = &vector;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    ASSERT_EQ(recvmsg(descriptor, &header, 0), 1);
    const cmsghdr* const told = CMSG_FIRSTHDR(&header);
    ASSERT_NE(told, nullptr);
    EXPECT_EQ(*CMSG_DATA(told), kExpeditedForwarding << 2);
    ::close(descriptor);
  }
}

}  // namespace
}  // namespace ms::net
