// Strangers on the ports of a call.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <random>
#include <thread>

#include "server/net/ice_test_peer.h"

namespace ms::net {
namespace {

// A socket of somebody else on 127.0.0.1.
class Stranger {
 public:
  explicit Stranger(int type) : descriptor_(socket(AF_INET, type, 0)) {}
  Stranger(Stranger&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  ~Stranger() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  bool connect(std::uint16_t port) {
    const auto to = addressOf(port);
    return ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  void send(std::string_view bytes) {
    (void)::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }

 private:
  static sockaddr_in addressOf(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  int descriptor_;
};

std::vector<ice::Candidate> ipv4Candidates(IceTestPeer& peer) {
  auto candidates = peer.ask([&] { return peer.candidates; });
  std::erase_if(candidates, [](const auto& candidate) {
    return candidate.address != "127.0.0.1" || candidate.tcp_type == ice::TcpType::Active;
  });
  return candidates;
}

std::uint16_t portOf(IceTestPeer& peer, ice::Transport transport) {
  for (const auto& candidate : ipv4Candidates(peer))
    if (candidate.transport == transport) return candidate.port;
  return 0;
}

// Random bytes whose first byte is one that begins something: STUN, DTLS, RTP, a TCP frame.
std::string garbage(std::mt19937& random) {
  constexpr std::array<char, 8> kBeginnings{0, 1, 20, 22, 63, 127, '\x80', '\xff'};
  std::string bytes(1 + random() % 1400, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  bytes[0] = kBeginnings[random() % kBeginnings.size()];
  return bytes;
}

// A Binding request with a correct length and magic cookie, and credentials of nobody.
std::string unknownBindingRequest() {
  std::string request(
      "\x00\x01\x00\x0c\x21\x12\xa4\x42"
      "transaction!",
      20);
  request += std::string(
      "\x00\x06\x00\x07"
      "who:you\x00",
      12);
  return request;
}

TEST(IceAgent, GoesOnWhileStrangersSendGarbageToItsPorts) {
  IceTestPair pair;
  ASSERT_TRUE(pair.connect());
  std::mt19937 random(1);

  for (const auto& candidate : ipv4Candidates(pair.first)) {
    const bool is_udp = candidate.transport == ice::Transport::Udp;
    Stranger stranger(is_udp ? SOCK_DGRAM : SOCK_STREAM);
    ASSERT_TRUE(stranger.connect(candidate.port));
    for (int i = 0; i < 200; ++i) stranger.send(garbage(random));
    stranger.send(unknownBindingRequest());
  }

  EXPECT_TRUE(pair.sendsBothWays());
  EXPECT_EQ(pair.first.ask([&] { return pair.first.states.back(); }), IceState::Ready);
}

TEST(IceAgent, DeliversNothingFromAddressesThatNoCheckHasProved) {
  IceTestPair pair(onLoopback(), isUdp);
  ASSERT_TRUE(pair.connect());
  Stranger stranger(SOCK_DGRAM);
  ASSERT_TRUE(stranger.connect(portOf(pair.first, ice::Transport::Udp)));

  for (int i = 0; i < 10; ++i)
    stranger.send(
        "\x80"
        "looks like RTP");

  // Came after the stranger's on the same socket or another: all that was delivered is ours.
  EXPECT_TRUE(pair.sendsBothWays());
  EXPECT_EQ(pair.first.ask([&] { return pair.first.agent->counters().datagrams_received; }), 1u);
}

TEST(IceAgent, LeavesTheLoopToOthersWhileAStrangerFloodsThePairsPort) {
  IceTestPair pair(onLoopback(), [](const ice::Candidate& candidate) {
    return isUdp(candidate) && candidate.address == "127.0.0.1";
  });
  ASSERT_TRUE(pair.connect());
  const std::uint16_t port = pair.first.ask([&] { return pair.first.selected_local.port; });
  Stranger stranger(SOCK_DGRAM);
  ASSERT_TRUE(stranger.connect(port));
  const std::string request = unknownBindingRequest();
  constexpr int kFlood = 10'000;

  std::atomic<bool> is_over = false;
  std::thread flood([&] {
    for (int i = 0; i < kFlood; ++i) stranger.send(request);
    is_over = true;
  });
  // Other work of the loop gets its turn, again and again.
  int turns_of_others = 0;
  while (!is_over) {
    pair.first.onLoop([] {});
    ++turns_of_others;
  }
  flood.join();

  EXPECT_GT(turns_of_others, 0);
  // What comes while the rest of the flood still fills the socket is lost.
  const auto has_arrived = [&] { return !pair.first.datagrams.empty(); };
  for (int i = 0; i < kFlood && !pair.first.ask(has_arrived); ++i)
    pair.second.onLoop([&] { pair.second.agent->send(bytesOf("from the second")); });
  EXPECT_TRUE(pair.first.waitFor(has_arrived));
  pair.first.onLoop([&] {
    const auto counters = pair.first.agent->counters();
    EXPECT_GT(counters.dropped_foreign, 0u);
    EXPECT_EQ(counters.datagrams_received, pair.first.datagrams.size());
    EXPECT_TRUE(std::ranges::all_of(pair.first.datagrams, [](const std::string& datagram) {
      return datagram == "from the second";
    }));
    pair.first.agent->send(bytesOf("from the first"));
  });
  EXPECT_TRUE(pair.second.waitFor(
      [&] { return pair.second.datagrams == std::vector<std::string>{"from the first"}; }));
  EXPECT_EQ(pair.first.ask([&] { return pair.first.states.back(); }), IceState::Ready);
}

TEST(IceAgent, LimitsTheTcpConnectionsOfStrangers) {
  Worker worker("test");
  IceTestPeer peer(worker, onLoopback());
  peer.onLoop([&] { EXPECT_TRUE(peer.agent->gather()); });
  ASSERT_TRUE(peer.waitFor([&] { return peer.log.back() == "GATHERING DONE"; }));
  const std::uint16_t port = portOf(peer, ice::Transport::Tcp);

  // Non-blocking: where the backlog is full, connecting would wait.
  std::vector<Stranger> strangers;
  for (std::size_t i = 0; i < 3 * kMaxIceTcpConnections; ++i) {
    strangers.emplace_back(SOCK_STREAM | SOCK_NONBLOCK);
    strangers.back().connect(port);
  }
  const auto accepted = [&] { return peer.ask([&] { return peer.agent->tcpConnectionCount(); }); };
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (accepted() < kMaxIceTcpConnections && std::chrono::steady_clock::now() < deadline) {
  }
  for (int round = 0; round < 100; ++round) peer.onLoop([] {});  // More would come in now.

  EXPECT_GE(accepted(), kMaxIceTcpConnections);
  EXPECT_LE(accepted(), kMaxIceTcpConnections + 1);
}

TEST(IceAgent, NeverWaitsForATcpPeerThatDoesNotRead) {
  IceTestPair pair(onLoopback(), isTcp);
  ASSERT_TRUE(pair.connect());
  const std::string datagram(1200, 'x');
  std::promise<void> reads_again;

  pair.second_worker.loop().post([&] { reads_again.get_future().wait(); });
  const auto dropped = pair.first.ask([&] {
    for (int i = 0; i < 20000; ++i) pair.first.agent->send(bytesOf(datagram));
    return pair.first.agent->counters().dropped_path_full;
  });
  reads_again.set_value();

  EXPECT_GT(dropped, 0u);
  // Whole frames were dropped: what arrives is what was sent.
  EXPECT_TRUE(pair.second.waitFor([&] { return !pair.second.datagrams.empty(); }));
  const auto received = pair.second.ask([&] { return pair.second.datagrams; });
  EXPECT_TRUE(std::ranges::all_of(received, [&](const auto& got) { return got == datagram; }));
}

}  // namespace
}  // namespace ms::net
