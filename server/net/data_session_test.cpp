#include "server/net/data_session.h"

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "server/net/worker_loops.h"
#include "server/packet/sctp/test_sctp.h"

namespace ms::net {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr auto kPatience = 20s;

// What an endpoint hears, on its home loop.
struct Heard final : DataSessionObserver {
  void onDataConnected() override { connected = true; }
  void onDataClosed() override { ended = true; }
  void onChannelOpened(sctp::StreamId channel) override { opened.push_back(*channel); }
  void onChannelClosed(sctp::StreamId channel) override { closed.push_back(*channel); }
  void onDataFlow(sctp::DataDirection, sctp::DataFlow flow) override { flows.push_back(flow); }
  void onChannelRefused(sctp::Drop reason) override { refused.push_back(reason); }

  bool connected = false, ended = false;
  std::vector<int> opened, closed;
  std::vector<sctp::DataFlow> flows;
  std::vector<sctp::Drop> refused;
};

// Where a DTLS connection would be: what one wire brings, the other takes.
class Cable {
 public:
  Cable(const WirePtr& a, const WirePtr& b, EndOfTurn& turns)
      : ends_{std::make_unique<Plug>(a, turns), std::make_unique<Plug>(b, turns)} {
    ends_[0]->other = ends_[1].get();
    ends_[1]->other = ends_[0].get();
    for (const auto& end : ends_) end->end.sendReady();
  }
  void cut() {
    for (const auto& end : ends_) end->end.sendLost();
  }

 private:
  struct Plug final : WireReceiver {
    Plug(const WirePtr& wire, EndOfTurn& turns) : end(wire, WireSide::Peer, turns, *this) {}
    void onWireReady() override {}
    void onWireLost() override {}
    void onWirePacket(Bytes packet) override { other->end.send(packet); }
    Plug* other = nullptr;
    WireEnd end;
  };
  std::array<std::unique_ptr<Plug>, 2> ends_;
};

// Two endpoints at home on one worker, with peers on another, each the peer of the other.
class DataSessionTest : public testing::Test {
 protected:
  DataSessionTest() {
    onHome([&] {
      caller_ = make(sctp::TestDataCall::clientConfig(), caller_heard_);
      callee_ = make(sctp::TestDataCall::serverConfig(), callee_heard_);
    });
    onPeers([&] {
      peers_.loop().assertHere();
      cable_ = std::make_unique<Cable>(caller_->wire(), callee_->wire(), peers_.services().turns);
    });
  }
  ~DataSessionTest() override {
    onHome([&] {
      caller_.reset();
      callee_.reset();
    });
    onPeers([&] { cable_.reset(); });
    onSctp([&] { application_.reset(); });
  }

  std::unique_ptr<DataSession> make(const sctp::DataPeerConfig& config,
                                    const std::shared_ptr<Heard>& heard) {
    return std::make_unique<DataSession>(home_.loop(), peers_.loop(), workers_.sctp(), config,
                                         heard);
  }
  void onHome(Task task) { home_.loop().runAndWait(std::move(task)); }
  void onPeers(Task task) { peers_.loop().runAndWait(std::move(task)); }
  void onSctp(Task task) { workers_.sctp().loop().runAndWait(std::move(task)); }
  // Waits on the test's thread until `holds`, looked at on `loop`, is true.
  bool waitUntil(Loop& loop, const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < end) {
      bool is_so = false;
      loop.runAndWait([&] { is_so = holds(); });
      if (is_so) return true;
      std::this_thread::yield();
    }
    return false;
  }
  bool waitAtHome(const std::function<bool()>& holds) { return waitUntil(home_.loop(), holds); }

  void open() {
    ASSERT_TRUE(waitAtHome([&] { return caller_heard_->connected && callee_heard_->connected; }));
    onHome([&] { caller_->open({.label = "chat"}); });
    ASSERT_TRUE(waitAtHome(
        [&] { return !caller_heard_->opened.empty() && !callee_heard_->opened.empty(); }));
  }

  WorkerLoops workers_{2};
  Worker& home_ = workers_.at(0);
  Worker& peers_ = workers_.at(1);
  std::shared_ptr<Heard> caller_heard_ = std::make_shared<Heard>();
  std::shared_ptr<Heard> callee_heard_ = std::make_shared<Heard>();
  std::unique_ptr<DataSession> caller_, callee_;
  std::unique_ptr<Cable> cable_;
  std::unique_ptr<sctp::TestApplication> application_;
};

TEST_F(DataSessionTest, OpensAndClosesAcrossLoopsAndTellsEachOnce) {
  open();
  onHome([&] { callee_->close(sctp::StreamId(0)); });

  EXPECT_TRUE(
      waitAtHome([&] { return !caller_heard_->closed.empty() && !callee_heard_->closed.empty(); }));
  onHome([&] {
    EXPECT_THAT(caller_heard_->opened, ElementsAre(0));
    EXPECT_THAT(callee_heard_->opened, ElementsAre(0));
    EXPECT_THAT(caller_heard_->closed, ElementsAre(0));
    EXPECT_THAT(callee_heard_->closed, ElementsAre(0));
  });
}

TEST_F(DataSessionTest, MessagesFollowTheLinksBetweenOutlets) {
  open();
  const auto outlet = std::make_shared<DataOutlet>(workers_.sctp().loop());
  onSctp([&] {
    application_ = std::make_unique<sctp::TestApplication>();
    outlet->open(*application_);
  });
  onHome([&] { caller_->setSource(outlet); });
  onSctp([&] {
    callee_->outlet()->source()->addSink(*application_);
    application_->say("hello");
  });

  EXPECT_TRUE(waitUntil(workers_.sctp().loop(), [&] { return !application_->received.empty(); }));
  onSctp([&] { EXPECT_THAT(application_->texts(), ElementsAre("hello")); });
  EXPECT_TRUE(waitAtHome([&] { return !callee_heard_->flows.empty(); }));
}

TEST_F(DataSessionTest, StatisticsAreAnsweredAtHome) {
  open();
  sctp::DataStatistics statistics;
  onHome([&] {
    caller_->statistics([&](const sctp::DataStatistics& told) {
      home_.loop().assertHere();
      statistics = told;
    });
  });

  EXPECT_TRUE(waitAtHome([&] { return statistics.channels_opened == 1; }));
}

TEST_F(DataSessionTest, ASessionThatEndsIsTheEndOfTheOther) {
  open();
  onHome([&] { caller_.reset(); });

  EXPECT_TRUE(waitAtHome([&] { return callee_heard_->ended; }));
  onHome([&] {
    EXPECT_THAT(callee_heard_->closed, ElementsAre(0));
    EXPECT_TRUE(caller_heard_->closed.empty());
  });
}

TEST_F(DataSessionTest, AConnectionThatIsLostClosesTheChannels) {
  open();
  onPeers([&] { cable_->cut(); });

  EXPECT_TRUE(waitAtHome([&] { return caller_heard_->ended && callee_heard_->ended; }));
  onHome([&] {
    EXPECT_THAT(caller_heard_->closed, ElementsAre(0));
    EXPECT_THAT(callee_heard_->closed, ElementsAre(0));
  });
}

TEST_F(DataSessionTest, WhatCannotBeOpenedIsTold) {
  onHome([&] { caller_->open({.label = std::string(sctp::kMaxLabelBytes + 1, 'x')}); });

  EXPECT_TRUE(waitAtHome([&] { return !caller_heard_->refused.empty(); }));
}

TEST_F(DataSessionTest, AWireKeepsNoMoreThanItsLimit) {
  struct Nobody final : WireReceiver {
    void onWireReady() override {}
    void onWireLost() override {}
    void onWirePacket(Bytes packet) override { bytes += packet.size(); }
    std::size_t bytes = 0;
  } nobody;
  const auto wire = std::make_shared<Wire>(peers_.loop(), home_.loop());
  std::unique_ptr<WireEnd> from, to;
  onHome([&] {
    home_.loop().assertHere();
    to = std::make_unique<WireEnd>(wire, WireSide::Association, home_.services().turns, nobody);
  });
  onPeers([&] {
    peers_.loop().assertHere();
    from = std::make_unique<WireEnd>(wire, WireSide::Peer, peers_.services().turns, nobody);
    const std::vector<std::uint8_t> packet(1000);
    for (int i = 0; i < 2000; ++i) from->send(packet);
  });

  EXPECT_TRUE(waitAtHome([&] { return nobody.bytes > 0; }));
  onHome([&] {
    EXPECT_LE(nobody.bytes, Wire::kMaxWaitingBytes);
    EXPECT_EQ(nobody.bytes + 1000 * wire->refusals(WireSide::Association), 2'000'000u);
    to.reset();
  });
  onPeers([&] { from.reset(); });
}

}  // namespace
}  // namespace ms::net
