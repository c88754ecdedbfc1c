#include "server/net/ice_agent.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <algorithm>
#include <filesystem>

#include "server/net/ice_test_peer.h"
#include "server/net/local_addresses.h"
#include "server/net/udp_socket.h"

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

// What stands behind a check in the socket's queue goes with it to libnice: few, now and then.
TEST(IceAgent, CarriesMediaOfAUdpPairWithoutLibnice) {
  constexpr std::uint64_t kRounds = 50;
  IceTestPair pair(onLoopback(), isUdp);
  ASSERT_TRUE(pair.connect());

  for (std::uint64_t round = 0; round < kRounds; ++round) {
    ASSERT_TRUE(pair.sendsBothWays());
    for (IceTestPeer* peer : {&pair.first, &pair.second})
      peer->onLoop([&] { peer->datagrams.clear(); });
  }

  for (IceTestPeer* peer : {&pair.first, &pair.second}) {
    const auto counters = peer->ask([&] { return peer->agent->counters(); });
    EXPECT_EQ(counters.datagrams_sent, kRounds);
    EXPECT_EQ(counters.direct_sent, kRounds);
    EXPECT_EQ(counters.datagrams_received, kRounds);
    EXPECT_GT(counters.direct_received, kRounds / 2);
  }
}

TEST(IceAgent, DeliversNoEmptyDatagram) {
  IceTestPair pair(onLoopback(), isUdp);
  ASSERT_TRUE(pair.connect());

  pair.first.onLoop([&] { pair.first.agent->send({}); });

  EXPECT_TRUE(pair.sendsBothWays());
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

constexpr const char* kMdnsCandidate =
    "candidate:1 1 UDP 2122260223 d1a2b3c4-0000-4000-8000-000000000000.local 50000 typ host";

TEST(IceAgent, IgnoresOtherComponentsAndMdnsNamesThatNobodyKnowsQuietly) {
  IceTestPair pair(onLoopback(), isUdp);
  pair.first.onLoop([&] {
    pair.first_worker.services().names = std::make_unique<NameResolver>(
        pair.first_worker.loop(), [](const std::string&) { return std::vector<std::string>(); });
  });
  const auto mdns = ice::Candidate::parse(kMdnsCandidate);
  const auto rtcp = ice::Candidate::parse("candidate:1 2 UDP 2122260222 127.0.0.1 50001 typ host");
  ASSERT_TRUE(mdns && rtcp);

  EXPECT_TRUE(pair.first.ask([&] { return pair.first.agent->addRemoteCandidate(*mdns); }));
  EXPECT_TRUE(pair.first.ask([&] { return pair.first.agent->addRemoteCandidate(*rtcp); }));

  EXPECT_TRUE(pair.connect());
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  const auto ignored = [&] {
    return pair.first.ask([&] { return pair.first.agent->counters().ignored_candidates; });
  };
  while (ignored() < 2 && std::chrono::steady_clock::now() < deadline) {
  }
  EXPECT_EQ(ignored(), 2u);
}

TEST(IceAgent, FindsAPeerByItsMdnsName) {
  IceTestPair pair(onLoopback(), isUdp);
  const std::string name = "d1a2b3c4-0000-4000-8000-000000000000.local";
  pair.first.onLoop([&] {
    pair.first_worker.services().names =
        std::make_unique<NameResolver>(pair.first_worker.loop(), [name](const std::string& asked) {
          return asked == name ? std::vector<std::string>{"127.0.0.1"} : std::vector<std::string>();
        });
  });
  // The second learns nothing of the first, and the first nothing but a name and a port.
  pair.first.forward = nullptr;
  pair.second.forward = [&](ice::Candidate candidate) {
    if (candidate.address != "127.0.0.1" || candidate.transport != ice::Transport::Udp) return;
    candidate.address = name;
    pair.first_worker.loop().post(
        [&pair, candidate] { EXPECT_TRUE(pair.first.agent->addRemoteCandidate(candidate)); });
  };

  EXPECT_TRUE(pair.connect());
  EXPECT_TRUE(pair.sendsBothWays());
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

TEST(IceAgent, GathersByTheConfigurationOfThatMomentAndByNoLaterOne) {
  Worker worker("test");
  IceConfig config = onLoopback();
  config.interfaces = {"nowhere"};
  IceTestPeer peer(worker, config);
  config = onLoopback();
  config.tcp = IceTcp::Off;
  config.external_ipv4 = config.external_ipv6 = "192.0.2.7";
  peer.onLoop([&] {
    peer.agent->configure(config);
    EXPECT_TRUE(peer.agent->gather());
    peer.agent->configure(onLoopback());
  });

  ASSERT_TRUE(peer.waitFor([&] { return peer.log.back() == "GATHERING DONE"; }));

  peer.onLoop([&] {
    EXPECT_FALSE(peer.candidates.empty());
    for (const auto& candidate : peer.candidates) {
      EXPECT_TRUE(isUdp(candidate));
      EXPECT_EQ(candidate.address, "192.0.2.7");
    }
  });
}

TEST(IceAgent, CannotGatherWhenItsPortsAreTaken) {
  Worker worker("test");
  IceTestPeer peer(worker, onLoopback());
  struct Nobody : UdpSocketObserver {
    void onUdpDatagram(MutableBytes, const SocketAddress&, Timestamp) override {}
  } nobody;
  std::unique_ptr<UdpSocket> ipv4, ipv6;
  IceConfig config = onLoopback();
  peer.onLoop([&] {
    while (!ipv6) {
      ipv4 = *UdpSocket::open(worker, *SocketAddress::parse("127.0.0.1", 0), {}, nobody);
      if (auto same = UdpSocket::open(
              worker, *SocketAddress::parse("::1", ipv4->localAddress().port()), {}, nobody))
        ipv6 = std::move(*same);
    }
    config.tcp = IceTcp::Off;
    config.min_port = config.max_port = ipv4->localAddress().port();
    peer.agent = std::make_unique<IceAgent>(worker, config, peer);
  });

  EXPECT_FALSE(peer.ask([&] { return peer.agent->gather(); }));
  EXPECT_TRUE(peer.ask([&] { return peer.candidates; }).empty());

  peer.onLoop([&] {
    ipv4.reset();
    ipv6.reset();
    peer.agent = std::make_unique<IceAgent>(worker, config, peer);
    EXPECT_TRUE(peer.agent->gather());
  });
}

TEST(IceAgent, OffersNoTcpWhenItIsOff) {
  Worker worker("test");
  IceConfig config = onLoopback();
  config.tcp = IceTcp::Off;
  IceTestPeer peer(worker, config);

  peer.onLoop([&] { EXPECT_TRUE(peer.agent->gather()); });
  ASSERT_TRUE(peer.waitFor([&] { return peer.log.back() == "GATHERING DONE"; }));

  const auto candidates = peer.ask([&] { return peer.candidates; });
  EXPECT_FALSE(candidates.empty());
  EXPECT_TRUE(std::ranges::all_of(candidates, isUdp));
}

class IceAgentOnIpv6 : public testing::TestWithParam<ice::Transport> {};

TEST_P(IceAgentOnIpv6, ConnectsWhereThereIsNoIpv4) {
  IceTestPair pair(onLoopback(), [](const ice::Candidate& candidate) {
    return candidate.transport == GetParam() && candidate.address == "::1";
  });

  ASSERT_TRUE(pair.connect());

  EXPECT_EQ(pair.first.ask([&] { return pair.first.selected_local.address; }), "::1");
  EXPECT_EQ(pair.first.ask([&] { return pair.first.selected_local.transport; }), GetParam());
  EXPECT_TRUE(pair.sendsBothWays());
}

INSTANTIATE_TEST_SUITE_P(Transports, IceAgentOnIpv6,
                         testing::Values(ice::Transport::Udp, ice::Transport::Tcp));

// libnice's addresses do not say on which interface a link-local peer is, the kernel's do.
TEST(IceAgent, CarriesMediaBetweenLinkLocalAddressesWithoutLibnice) {
  const auto all = interfaceAddresses();
  const auto link_local =
      std::ranges::find(all, InterfaceAddress::Scope::LinkLocal, &InterfaceAddress::scope);
  if (link_local == all.end()) GTEST_SKIP() << "no link-local address on this machine";
  IceConfig config;
  config.interfaces = {link_local->interface};
  IceTestPair pair(config, [](const ice::Candidate& candidate) {
    return isUdp(candidate) && candidate.address.starts_with("fe80:");
  });
  ASSERT_TRUE(pair.connect());

  // What stands in the queue behind a check goes to libnice with it: not necessarily the first.
  const auto direct = [&] {
    return pair.first.ask([&] { return pair.first.agent->counters().direct_received; });
  };
  for (int i = 0; i < 20 && direct() == 0; ++i) {
    for (IceTestPeer* peer : {&pair.first, &pair.second})
      peer->onLoop([peer] { peer->datagrams.clear(); });
    ASSERT_TRUE(pair.sendsBothWays());
  }
  EXPECT_GE(direct(), 1u);
}

// Of the agent's own sockets: those with its candidates' ports.
TEST(IceAgent, MarksAllItsSocketsWithItsDscp) {
  constexpr int kExpeditedForwarding = 46;
  Worker worker("test");
  IceConfig config = onLoopback();
  config.dscp = kExpeditedForwarding;
  IceTestPeer peer(worker, config);
  peer.onLoop([&] { EXPECT_TRUE(peer.agent->gather()); });
  ASSERT_TRUE(peer.waitFor([&] { return peer.log.back() == "GATHERING DONE"; }));

  std::size_t checked = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int descriptor = std::stoi(entry.path().filename());
    const auto bound = SocketAddress::ofSocket(descriptor);
    if (!bound) continue;
    const auto candidates = peer.ask([&] { return peer.candidates; });
    if (std::ranges::none_of(candidates, [&](const auto& candidate) {
          return candidate.address == bound->text() && candidate.port == bound->port();
        }))
      continue;
    const bool is_ipv4 = bound->family() == AF_INET;
    int traffic_class = 0;
    socklen_t length = sizeof traffic_class;
    ASSERT_EQ(getsockopt(descriptor, is_ipv4 ? IPPROTO_IP : IPPROTO_IPV6,
                         is_ipv4 ? IP_TOS : IPV6_TCLASS, &traffic_class, &length),
              0);
    EXPECT_EQ(traffic_class, kExpeditedForwarding << 2) << bound->text() << ' ' << bound->port();
    ++checked;
  }
  EXPECT_EQ(checked, 4u);  // UDP and TCP, IPv4 and IPv6.
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
