// Agents come and go, from inside their own callbacks too, and leave nothing behind.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "server/net/ice_test_peer.h"

namespace ms::net {
namespace {

std::size_t entriesOf(const char* folder) {
  const std::filesystem::directory_iterator entries(folder);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}
std::size_t descriptorCount() { return entriesOf("/proc/self/fd"); }
std::size_t threadCount() { return entriesOf("/proc/self/task"); }

// What was posted by what runs now has run, and what that posted.
void settle(Worker& worker) {
  for (int round = 0; round < 3; ++round) worker.loop().runAndWait([] {});
}

struct Closer : IceObserver {
  void onIceCandidate(const ice::Candidate&) override { tell(); }
  void onIceGatheringDone() override { tell(); }
  void onIceState(IceState) override { tell(); }
  void onIceSelectedPair(const ice::Candidate&, const ice::Candidate&) override { tell(); }
  void onIceDatagram(MutableBytes, Timestamp) override { tell(); }

  void tell() {
    ++told;
    agent.reset();
  }

  int told = 0;
  std::unique_ptr<IceAgent> agent;
};

TEST(IceAgent, MayBeDestroyedByItsObserverWhileGathering) {
  Worker worker("test");
  Closer closer;

  worker.loop().runAndWait([&] {
    auto agent = std::make_unique<IceAgent>(worker, onLoopback(), closer);
    IceAgent* const raw = agent.get();
    closer.agent = std::move(agent);
    raw->gather();
  });
  settle(worker);

  EXPECT_EQ(closer.told, 1);
}

TEST(IceAgent, LeavesNoDescriptorAndStartsNoThread) {
  Worker worker("test");
  {
    IceTestPeer warm_up(worker, onLoopback());
    warm_up.onLoop([&] { warm_up.agent->gather(); });
  }
  settle(worker);
  const auto descriptors = descriptorCount(), threads = threadCount();

  {
    std::vector<std::unique_ptr<IceTestPeer>> peers;
    for (int i = 0; i < 200; ++i) {
      peers.push_back(std::make_unique<IceTestPeer>(worker, onLoopback()));
      peers.back()->onLoop([&] { EXPECT_TRUE(peers.back()->agent->gather()); });
    }
    EXPECT_EQ(threadCount(), threads);
    EXPECT_GT(descriptorCount(), descriptors + 200);
  }
  settle(worker);

  EXPECT_EQ(descriptorCount(), descriptors);
  EXPECT_EQ(threadCount(), threads);
}

// GLib starts one thread for all when the first asynchronous call is made.
TEST(IceAgent, StartsNoThreadOfItsOwnForItsServers) {
  Worker worker("test");
  IceConfig config = onLoopback();
  config.stun_servers = {{"127.0.0.1", 9}};
  config.turn_servers = {{.address = "127.0.0.1", .port = 9, .user = "u", .password = "p"}};
  const auto gather = [&](IceTestPeer& peer) {
    peer.onLoop([&] { EXPECT_TRUE(peer.agent->gather()); });
    settle(worker);
  };
  IceTestPeer first(worker, config);
  gather(first);
  const auto threads = threadCount();

  IceTestPeer second(worker, config), third(worker, config);
  gather(second);
  gather(third);

  EXPECT_EQ(threadCount(), threads);
}

TEST(IceAgent, SaysNothingAfterClose) {
  Worker worker("test");
  IceTestPeer peer(worker, onLoopback());

  peer.onLoop([&] {
    peer.agent->close();
    EXPECT_FALSE(peer.agent->gather());
    EXPECT_FALSE(peer.agent->send(bytesOf("late")));
    EXPECT_FALSE(peer.agent->addRemoteCandidate({}).has_value());
    EXPECT_FALSE(peer.agent->setRemoteCredentials({"ufrag", "passwordpasswordpassword"}));
    peer.agent->restart();
    peer.agent->close();
  });
  settle(worker);

  EXPECT_TRUE(peer.ask([&] { return peer.log; }).empty());
}

}  // namespace
}  // namespace ms::net
