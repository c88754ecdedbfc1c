#include "server/net/ice_agent.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "server/net/ice_test_peer.h"

namespace ms::net {
namespace {

using Filter = std::function<bool(const ice::Candidate&)>;

bool everything(const ice::Candidate&) { return true; }
bool isUdp(const ice::Candidate& candidate) { return candidate.transport == ice::Transport::Udp; }
bool isTcp(const ice::Candidate& candidate) { return candidate.transport == ice::Transport::Tcp; }

// A controlling and a controlled agent, each on a worker of its own.
struct Pair {
  explicit Pair(IceConfig config = onLoopback(), Filter wanted = everything)
      : first(first_worker, withRole(config, IceRole::Controlling)),
        second(second_worker, withRole(config, IceRole::Controlled)) {
    trickle(first, second, second_worker, wanted);
    trickle(second, first, first_worker, wanted);
  }
  ~Pair() {
    first.onLoop([&] { first.forward = nullptr; });
    second.onLoop([&] { second.forward = nullptr; });
  }

  static IceConfig withRole(IceConfig config, IceRole role) {
    config.role = role;
    return config;
  }
  static void trickle(IceTestPeer& from, IceTestPeer& to, Worker& worker, Filter wanted) {
    from.forward = [&to, &worker, wanted](const ice::Candidate& candidate) {
      if (wanted(candidate))
        worker.loop().post([&to, candidate] {
          if (to.agent) (void)to.agent->addRemoteCandidate(candidate);
        });
    };
  }

  static ice::Credentials credentialsOf(IceTestPeer& peer) {
    return peer.ask([&] { return peer.agent->localCredentials(); });
  }
  void exchangeCredentials() {
    const auto of_first = credentialsOf(first), of_second = credentialsOf(second);
    first.onLoop([&] { EXPECT_TRUE(first.agent->setRemoteCredentials(of_second)); });
    second.onLoop([&] { EXPECT_TRUE(second.agent->setRemoteCredentials(of_first)); });
  }
  void gather() {
    first.onLoop([&] { EXPECT_TRUE(first.agent->gather()); });
    second.onLoop([&] { EXPECT_TRUE(second.agent->gather()); });
  }
  bool isReady() {
    return first.waitForState(IceState::Ready) && second.waitForState(IceState::Ready);
  }
  bool connect() {
    exchangeCredentials();
    gather();
    return isReady();
  }

  bool sendsBothWays() {
    first.onLoop([&] { EXPECT_TRUE(first.agent->send(bytesOf("from the first"))); });
    second.onLoop([&] { EXPECT_TRUE(second.agent->send(bytesOf("from the second"))); });
    return first.waitFor([&] {
      return first.datagrams == std::vector<std::string>{"from the second"};
    }) && second.waitFor([&] {
      return second.datagrams == std::vector<std::string>{"from the first"};
    });
  }

  Worker first_worker{"first"}, second_worker{"second"};
  IceTestPeer first, second;
};

TEST(IceAgent, ConnectsOverUdpAndCarriesDatagramsBothWays) {
  Pair pair(onLoopback(), isUdp);

  ASSERT_TRUE(pair.connect());

  const auto local = pair.first.ask([&] { return pair.first.selected_local; });
  const auto remote = pair.second.ask([&] { return pair.second.selected_remote; });
  EXPECT_EQ(local.transport, ice::Transport::Udp);
  EXPECT_EQ(local.port, remote.port);
  EXPECT_TRUE(pair.sendsBothWays());
}

TEST(IceAgent, ConnectsOverTcpAloneAndCarriesDatagramsBothWays) {
  Pair pair(onLoopback(), isTcp);

  ASSERT_TRUE(pair.connect());

  EXPECT_EQ(pair.first.ask([&] { return pair.first.selected_local.transport; }),
            ice::Transport::Tcp);
  EXPECT_TRUE(pair.sendsBothWays());
}

TEST(IceAgent, TellsStatesInOrderAndThePairBeforeConnected) {
  Pair pair(onLoopback(), isUdp);

  ASSERT_TRUE(pair.connect());

  const std::vector<IceState> expected{IceState::Gathering, IceState::Connecting,
                                       IceState::Connected, IceState::Ready};
  for (IceTestPeer* peer : {&pair.first, &pair.second}) {
    EXPECT_EQ(peer->ask([&] { return peer->states; }), expected);
    const auto log = peer->ask([&] { return peer->log; });
    EXPECT_LT(std::ranges::find(log, "PAIR"), std::ranges::find(log, "CONNECTED"));
  }
}

}  // namespace
}  // namespace ms::net
