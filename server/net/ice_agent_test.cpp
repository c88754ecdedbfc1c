#include "server/net/ice_agent.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "server/net/ice_test_peer.h"

namespace ms::net {
namespace {

TEST(IceAgent, ConnectsOverUdpAndCarriesDatagramsBothWays) {
  IceTestPair pair(onLoopback(), isUdp);

  ASSERT_TRUE(pair.connect());

  const auto local = pair.first.ask([&] { return pair.first.selected_local; });
  const auto remote = pair.second.ask([&] { return pair.second.selected_remote; });
  EXPECT_EQ(local.transport, ice::Transport::Udp);
  EXPECT_EQ(local.port, remote.port);
  EXPECT_TRUE(pair.sendsBothWays());
}

TEST(IceAgent, CarriesMediaOfAUdpPairWithoutLibnice) {
  IceTestPair pair(onLoopback(), isUdp);
  ASSERT_TRUE(pair.connect());

  ASSERT_TRUE(pair.sendsBothWays());

  for (IceTestPeer* peer : {&pair.first, &pair.second}) {
    const auto counters = peer->ask([&] { return peer->agent->counters(); });
    EXPECT_EQ(counters.direct_sent, 1u);
    EXPECT_EQ(counters.datagrams_sent, 1u);
    EXPECT_EQ(counters.direct_received, 1u);
    EXPECT_EQ(counters.datagrams_received, 1u);
  }
}

TEST(IceAgent, SendsWhatOneTurnGivesAsOneBatch) {
  IceTestPair pair(onLoopback(), isUdp);
  ASSERT_TRUE(pair.connect());
  const std::string datagram(1200, '\x80');

  pair.first.onLoop([&] {
    for (int i = 0; i < 4; ++i) pair.first.agent->send(bytesOf(datagram));
  });

  ASSERT_TRUE(pair.second.waitFor([&] { return pair.second.datagrams.size() == 4; }));
  EXPECT_EQ(pair.second.ask([&] { return pair.second.datagrams; }), std::vector(4, datagram));
  pair.first.onLoop([&] {
    const auto& counters = pair.first_worker.services().sends.counters();
    EXPECT_EQ(counters.segmented_datagrams, 4u);
    EXPECT_EQ(counters.system_calls, 1u);
  });
}

TEST(IceAgent, LeavesTcpToLibnice) {
  IceTestPair pair(onLoopback(), isTcp);
  ASSERT_TRUE(pair.connect());

  ASSERT_TRUE(pair.sendsBothWays());

  EXPECT_EQ(pair.first.ask([&] { return pair.first.agent->counters().direct_sent; }), 0u);
}

TEST(IceAgent, ConnectsOverTcpAloneAndCarriesDatagramsBothWays) {
  IceTestPair pair(onLoopback(), isTcp);

  ASSERT_TRUE(pair.connect());

  EXPECT_EQ(pair.first.ask([&] { return pair.first.selected_local.transport; }),
            ice::Transport::Tcp);
  EXPECT_TRUE(pair.sendsBothWays());
}

TEST(IceAgent, TellsStatesInOrderAndThePairBeforeConnected) {
  IceTestPair pair(onLoopback(), isUdp);

  ASSERT_TRUE(pair.connect());

  const std::vector<IceState> expected{IceState::Gathering, IceState::Connecting,
                                       IceState::Connected, IceState::Ready};
  for (IceTestPeer* peer : {&pair.first, &pair.second}) {
    EXPECT_EQ(peer->ask([&] { return peer->states; }), expected);
    const auto log = peer->ask([&] { return peer->log; });
    EXPECT_LT(std::ranges::find(log, "PAIR"), std::ranges::find(log, "CONNECTED"));
  }
}

TEST(IceAgent, TakesWhatComesBeforeCredentialsAndGathering) {
  IceTestPair pair;
  pair.second.forward = nullptr;
  pair.first.onLoop([&] { pair.first.agent->gather(); });
  ASSERT_TRUE(pair.first.waitFor([&] { return pair.first.log.back() == "GATHERING DONE"; }));

  pair.exchangeCredentials();
  pair.second.onLoop([&] { pair.second.agent->gather(); });

  EXPECT_TRUE(pair.isReady());
}

TEST(IceAgent, FindsAPeerWhoseCandidatesItNeverHears) {
  IceTestPair pair;
  pair.first.forward = nullptr;

  EXPECT_TRUE(pair.connect());
}

TEST(IceAgent, IgnoresMdnsNamesAndOtherComponentsQuietly) {
  IceTestPair pair(onLoopback(), isUdp);
  const auto mdns = ice::Candidate::parse(
      "candidate:1 1 UDP 2122260223 d1a2b3c4-0000-4000-8000-000000000000.local 50000 typ host");
  const auto rtcp = ice::Candidate::parse("candidate:1 2 UDP 2122260222 127.0.0.1 50001 typ host");
  ASSERT_TRUE(mdns && rtcp);

  EXPECT_TRUE(pair.first.ask([&] { return pair.first.agent->addRemoteCandidate(*mdns); }));
  EXPECT_TRUE(pair.first.ask([&] { return pair.first.agent->addRemoteCandidate(*rtcp); }));

  EXPECT_TRUE(pair.connect());
  EXPECT_EQ(pair.first.ask([&] { return pair.first.agent->counters().ignored_candidates; }), 2u);
}

TEST(IceAgent, RefusesMoreCandidatesThanItsLimits) {
  Worker worker("test");
  IceTestPeer peer(worker, onLoopback());
  ice::Candidate candidate;
  candidate.address = "127.0.0.1";
  candidate.port = 1;
  ice::Candidate passive = candidate;
  passive.transport = ice::Transport::Tcp;
  passive.tcp_type = ice::TcpType::Passive;

  peer.onLoop([&] {
    for (std::size_t i = 0; i < kMaxRemotePassiveTcpCandidates; ++i)
      EXPECT_TRUE(peer.agent->addRemoteCandidate(passive));
    EXPECT_EQ(peer.agent->addRemoteCandidate(passive), std::unexpected(CandidateRefusal::TooMany));
    for (std::size_t i = kMaxRemotePassiveTcpCandidates; i < kMaxRemoteCandidates; ++i)
      EXPECT_TRUE(peer.agent->addRemoteCandidate(candidate));
    EXPECT_EQ(peer.agent->addRemoteCandidate(candidate),
              std::unexpected(CandidateRefusal::TooMany));
  });
}

TEST(IceAgent, FailsWhenThePasswordIsWrong) {
  IceTestPair pair(onLoopback(), isUdp);
  auto wrong = pair.credentialsOf(pair.second);
  wrong.pwd[0] = wrong.pwd[0] == 'a' ? 'b' : 'a';

  pair.first.onLoop([&] { EXPECT_TRUE(pair.first.agent->setRemoteCredentials(wrong)); });
  const auto of_first = pair.credentialsOf(pair.first);
  pair.second.onLoop([&] { EXPECT_TRUE(pair.second.agent->setRemoteCredentials(of_first)); });
  pair.gather();

  EXPECT_TRUE(pair.first.waitForState(IceState::Failed, std::chrono::seconds(60)));
  EXPECT_FALSE(pair.first.ask([&] { return pair.first.agent->send(bytesOf("nobody")); }));
}

TEST(IceAgent, RefusesCredentialsThatAreNone) {
  Worker worker("test");
  IceTestPeer peer(worker, onLoopback());

  peer.onLoop([&] {
    EXPECT_FALSE(peer.agent->setRemoteCredentials({"abc", "0123456789012345678901"}));
    EXPECT_FALSE(peer.agent->setRemoteCredentials({"abcd", "012345678901234567890"}));
    EXPECT_FALSE(peer.agent->setLocalCredentials({"ab d", "0123456789012345678901"}));
    EXPECT_TRUE(peer.agent->setLocalCredentials({"abcd", "0123456789012345678901"}));
    EXPECT_EQ(peer.agent->localCredentials(), (ice::Credentials{"abcd", "0123456789012345678901"}));
  });
}

TEST(IceAgent, FailsAtOnceWhenItsTcpPeerHangsUp) {
  IceTestPair pair(onLoopback(), isTcp);
  ASSERT_TRUE(pair.connect());

  pair.second.onLoop([&] { pair.second.agent.reset(); });

  EXPECT_TRUE(pair.first.waitForState(IceState::Failed));
}

// libnice asks every 4 to 6 s: a test that waits for the clock.
TEST(IceAgent, IsDisconnectedAndThenFailedWhenItsPeerNoLongerConsents) {
  IceConfig config = onLoopback();
  config.consent = ConsentWatch(std::chrono::seconds(7), std::chrono::seconds(8));
  IceTestPair pair(config, isUdp);
  ASSERT_TRUE(pair.connect());

  pair.second.onLoop([&] { pair.second.agent.reset(); });

  EXPECT_TRUE(pair.first.waitForState(IceState::Disconnected));
  EXPECT_TRUE(pair.first.waitForState(IceState::Failed));
  EXPECT_FALSE(pair.first.ask([&] { return pair.first.agent->send(bytesOf("nobody")); }));
}

TEST(IceAgent, SeesItsPeersConsentAndLeavesTheChecksToLibnice) {
  IceTestPair pair(onLoopback(), isUdp);
  ASSERT_TRUE(pair.connect());
  const auto consents = [&] {
    return pair.first.ask([&] { return pair.first.agent->counters().consents; });
  };

  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (consents() == 0 && std::chrono::steady_clock::now() < deadline) {
    ASSERT_TRUE(pair.sendsBothWays());
    for (IceTestPeer* peer : {&pair.first, &pair.second})
      peer->onLoop([&] { peer->datagrams.clear(); });
  }

  EXPECT_GE(consents(), 1u);
  EXPECT_EQ(pair.first.ask([&] { return pair.first.states.back(); }), IceState::Ready);
}

TEST(IceAgent, FindsANewPathAfterARestart) {
  IceTestPair pair(onLoopback(), isUdp);
  ASSERT_TRUE(pair.connect());
  const auto old = pair.credentialsOf(pair.first);

  const auto of_first = pair.first.ask([&] { return pair.first.agent->restart(); });
  const auto of_second = pair.second.ask([&] { return pair.second.agent->restart(); });
  EXPECT_NE(of_first, old);
  pair.first.onLoop([&] { pair.first.states.clear(); });
  pair.second.onLoop([&] { pair.second.states.clear(); });
  pair.exchangeCredentials();
  for (const auto& candidate : pair.second.ask([&] { return pair.second.candidates; }))
    pair.first.onLoop([&] { EXPECT_TRUE(pair.first.agent->addRemoteCandidate(candidate)); });

  EXPECT_TRUE(pair.isReady());
  EXPECT_TRUE(pair.sendsBothWays());
}

TEST(IceAgent, TellsTheExternalAddressInsteadOfItsHostAddress) {
  Worker worker("test");
  IceConfig config = onLoopback();
  config.external_ipv4 = "203.0.113.5";
  IceTestPeer peer(worker, config);

  peer.onLoop([&] { EXPECT_TRUE(peer.agent->gather()); });
  ASSERT_TRUE(peer.waitFor([&] { return peer.log.back() == "GATHERING DONE"; }));

  const auto candidates = peer.ask([&] { return peer.candidates; });
  EXPECT_TRUE(std::ranges::any_of(
      candidates, [](const auto& candidate) { return candidate.address == "203.0.113.5"; }));
  EXPECT_TRUE(std::ranges::none_of(
      candidates, [](const auto& candidate) { return candidate.address == "127.0.0.1"; }));
}

TEST(IceAgent, OffersUdpAndBothSidesOfTcpAsTheyAreWritten) {
  Worker worker("test");
  IceConfig config = onLoopback();
  IceTestPeer peer(worker, config);

  peer.onLoop([&] { EXPECT_TRUE(peer.agent->gather()); });
  ASSERT_TRUE(peer.waitFor([&] { return peer.log.back() == "GATHERING DONE"; }));

  const auto candidates = peer.ask([&] { return peer.candidates; });
  const auto of = [&](ice::Transport transport, std::optional<ice::TcpType> type) {
    return std::ranges::find_if(candidates, [&](const auto& candidate) {
      return candidate.transport == transport && candidate.tcp_type == type;
    });
  };
  const auto udp = of(ice::Transport::Udp, std::nullopt);
  const auto active = of(ice::Transport::Tcp, ice::TcpType::Active);
  const auto passive = of(ice::Transport::Tcp, ice::TcpType::Passive);
  ASSERT_TRUE(udp != candidates.end() && active != candidates.end() && passive != candidates.end());
  EXPECT_EQ(active->port, 9);
  EXPECT_NE(passive->port, 0);
  EXPECT_GT(udp->priority, passive->priority);
  EXPECT_EQ(udp->component, 1);
}

TEST(IceAgent, KeepsToItsPortRange) {
  Worker worker("test");
  IceConfig config = onLoopback();
  config.min_port = 41000;
  config.max_port = 41999;
  IceTestPeer peer(worker, config);

  peer.onLoop([&] { EXPECT_TRUE(peer.agent->gather()); });
  ASSERT_TRUE(peer.waitFor([&] { return peer.log.back() == "GATHERING DONE"; }));

  for (const auto& candidate : peer.ask([&] { return peer.candidates; }))
    if (candidate.tcp_type != ice::TcpType::Active) {
      EXPECT_GE(candidate.port, 41000);
      EXPECT_LE(candidate.port, 41999);
    }
}

TEST(IceAgent, CannotGatherWithoutAnAddress) {
  Worker worker("test");
  IceConfig config;
  config.interfaces = {"no-such-interface"};
  IceTestPeer peer(worker, config);

  EXPECT_FALSE(peer.ask([&] { return peer.agent->gather(); }));
  EXPECT_TRUE(peer.ask([&] { return peer.log; }).empty());
}

}  // namespace
}  // namespace ms::net
