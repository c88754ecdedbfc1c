// Against a real TURN server.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "server/net/ice_test_peer.h"
#include "server/net/test_turn_server.h"

namespace ms::net {
namespace {

bool isRelayed(const ice::Candidate& candidate) {
  return candidate.type == ice::CandidateType::Relayed;
}

bool hasRelayed(IceTestPeer& peer) {
  return peer.ask([&] { return std::ranges::any_of(peer.candidates, isRelayed); });
}

// Not other descriptors: GLib opens some once for all agents, when it comes to it.
std::ptrdiff_t socketCount() {
  return std::ranges::count_if(
      std::filesystem::directory_iterator("/proc/self/fd"), [](const auto& descriptor) {
        std::error_code is_closed_meanwhile;
        return std::filesystem::read_symlink(descriptor, is_closed_meanwhile)
            .string()
            .starts_with("socket:");
      });
}

class IceAgentRelay : public testing::Test {
 protected:
  // Two peers of which the first uses nothing but its relay.
  static void expectMediaThroughTheRelay(const TurnServer& turn) {
    IceConfig config = onLoopback();
    config.tcp = IceTcp::Off;
    IceTestPair pair(config, isUdp);
    IceConfig relayed = IceTestPair::withRole(config, IceRole::Controlled);
    relayed.turn_servers = {turn};
    relayed.policy = IceTransportPolicy::Relay;
    pair.second.onLoop([&] {
      pair.second.agent = std::make_unique<IceAgent>(pair.second_worker, relayed, pair.second);
    });

    ASSERT_TRUE(pair.connect());

    EXPECT_TRUE(isRelayed(pair.second.ask([&] { return pair.second.selected_local; })));
    EXPECT_TRUE(pair.sendsBothWays());
    const auto counters = pair.second.ask([&] { return pair.second.agent->counters(); });
    EXPECT_EQ(counters.datagrams_sent, 1u);
    EXPECT_EQ(counters.direct_sent, 0u);
  }

  TestTurnServer server;
};

// A key and a certificate in one file, for as long as this lives.
class CertificateFile {
 public:
  CertificateFile() {
    is_made_ = std::system(("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
                            "-days 1 -subj /CN=test -keyout " +
                            key() + " -out " + certificate() + " 2>/dev/null")
                               .c_str()) == 0;
  }
  ~CertificateFile() { std::filesystem::remove_all(folder_); }

  bool isMade() const { return is_made_; }
  std::string key() const { return folder_ + "/key"; }
  std::string certificate() const { return folder_ + "/certificate"; }

 private:
  static std::string makeFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "certificate-XXXXXX").string();
    return mkdtemp(name.data()) ? name : std::string();
  }

  const std::string folder_ = makeFolder();
  bool is_made_ = false;
};

TEST_F(IceAgentRelay, CarriesMediaBothWaysOverUdp) {
  ASSERT_TRUE(server.isUp());
  expectMediaThroughTheRelay(server.as(TurnServer::Transport::Udp));
}

TEST_F(IceAgentRelay, CarriesMediaBothWaysOverTcp) {
  ASSERT_TRUE(server.isUp());
  expectMediaThroughTheRelay(server.as(TurnServer::Transport::Tcp));
}

TEST_F(IceAgentRelay, CarriesMediaBothWaysOverTls) {
  const CertificateFile certificate;
  ASSERT_TRUE(certificate.isMade());
  const TestTurnServer tls_server(
      {"--cert=" + certificate.certificate(), "--pkey=" + certificate.key()});
  ASSERT_TRUE(tls_server.isUp());
  expectMediaThroughTheRelay(tls_server.as(TurnServer::Transport::Tls));
}

TEST_F(IceAgentRelay, ConnectsWithoutARelayThatSpeaksNoTls) {
  ASSERT_TRUE(server.isUp());
  auto turn = server.as(TurnServer::Transport::Tcp);
  turn.transport = TurnServer::Transport::Tls;
  IceConfig config = onLoopback();
  config.turn_servers = {turn};
  IceTestPair pair(config, isUdp);

  EXPECT_TRUE(pair.connect());
  EXPECT_FALSE(hasRelayed(pair.first));
}

TEST_F(IceAgentRelay, ConnectsWithoutARelayWhosePasswordIsWrong) {
  ASSERT_TRUE(server.isUp());
  for (const auto transport : {TurnServer::Transport::Udp, TurnServer::Transport::Tcp}) {
    IceConfig config = onLoopback();
    config.turn_servers = {server.as(transport, "wrong")};
    IceTestPair pair(config, isUdp);

    EXPECT_TRUE(pair.connect());
    EXPECT_TRUE(pair.sendsBothWays());
    EXPECT_FALSE(hasRelayed(pair.first));
  }
}

TEST_F(IceAgentRelay, FinishesGatheringWithTheRelaysCandidate) {
  ASSERT_TRUE(server.isUp());
  Worker worker("test");
  IceConfig config = onLoopback();
  config.stun_servers = {{"127.0.0.1", server.as(TurnServer::Transport::Udp).port}};
  config.turn_servers = {server.as(TurnServer::Transport::Udp)};
  IceTestPeer peer(worker, config);

  peer.onLoop([&] { EXPECT_TRUE(peer.agent->gather()); });

  ASSERT_TRUE(peer.waitFor([&] { return peer.log.back() == "GATHERING DONE"; }));
  EXPECT_TRUE(hasRelayed(peer));
}

TEST_F(IceAgentRelay, IsThatOfTheConfigurationWhenGatheringBegins) {
  ASSERT_TRUE(server.isUp());
  Worker worker("test");
  IceConfig config = onLoopback();
  config.turn_servers = {server.as(TurnServer::Transport::Tcp, "wrong")};
  IceTestPeer peer(worker, config);
  config.turn_servers = {server.as(TurnServer::Transport::Udp)};
  config.policy = IceTransportPolicy::Relay;

  peer.onLoop([&] {
    peer.agent->configure(config);
    EXPECT_TRUE(peer.agent->gather());
  });

  ASSERT_TRUE(peer.waitFor([&] { return peer.log.back() == "GATHERING DONE"; }));
  EXPECT_TRUE(hasRelayed(peer));
  EXPECT_TRUE(peer.ask([&] { return std::ranges::all_of(peer.candidates, isRelayed); }));
}

TEST_F(IceAgentRelay, LeavesNothingBehindWhenItIsClosedWhileAllocating) {
  ASSERT_TRUE(server.isUp());
  Worker worker("test");
  IceConfig config = onLoopback();
  config.turn_servers = {server.as(TurnServer::Transport::Udp),
                         server.as(TurnServer::Transport::Tcp)};

  const auto before = socketCount();

  for (int i = 0; i < 10; ++i) {
    IceTestPeer peer(worker, config);
    peer.onLoop([&] {
      EXPECT_TRUE(peer.agent->gather());
      EXPECT_GT(socketCount(), before);
    });
  }

  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (socketCount() > before && std::chrono::steady_clock::now() < deadline)
    worker.loop().runAndWait([] {});
  EXPECT_EQ(socketCount(), before);
}

// The loop goes on for as long as libnice would ask again.
TEST_F(IceAgentRelay, IsAbandonedWhereTheRelayDoesNotAnswerItsEnd) {
  ASSERT_TRUE(server.isUp());
  Worker worker("test");
  IceConfig config = onLoopback();
  config.turn_servers = {server.as(TurnServer::Transport::Udp),
                         server.as(TurnServer::Transport::Tls)};
  {
    IceTestPeer peer(worker, config);
    peer.onLoop([&] { EXPECT_TRUE(peer.agent->gather()); });
    ASSERT_TRUE(peer.waitFor([&] { return peer.log.back() == "GATHERING DONE"; }));
    EXPECT_TRUE(hasRelayed(peer));
    server.fallSilent();
  }
  worker.drain();
  worker.endServices();

  std::promise<void> later;
  std::unique_ptr<Timer> timer;
  worker.loop().runAndWait([&] {
    timer = std::make_unique<Timer>(worker.loop());
    timer->start(std::chrono::seconds(1), [&] { later.set_value(); });
  });
  later.get_future().wait();
  worker.loop().runAndWait([&] { timer.reset(); });
}

TEST_F(IceAgentRelay, DoesNotKeepItsWorkerWhereTheRelayDoesNotAnswerItsEnd) {
  ASSERT_TRUE(server.isUp());
  WorkerLoops workers(2);
  IceConfig config = onLoopback();
  config.turn_servers = {server.as(TurnServer::Transport::Udp)};
  IceTestPeer peer(workers.at(1), config);
  peer.onLoop([&] { EXPECT_TRUE(peer.agent->gather()); });
  ASSERT_TRUE(peer.waitFor([&] { return peer.log.back() == "GATHERING DONE"; }));
  server.fallSilent();
}

}  // namespace
}  // namespace ms::net
