#include "server/net/relays.h"

#include <gtest/gtest.h>

#include "server/net/outlet.h"
#include "server/net/worker_loops.h"
#include "server/packet/peer/test_media.h"

namespace ms::net {
namespace {

using peer::TestSink;
using peer::TestSource;

// A camera on worker 0 whose outlet sinks of both workers use.
class RelaysTest : public testing::Test {
 protected:
  RelaysTest() {
    onSourceLoop([this](WorkerServices& services) {
      source_ =
          std::make_unique<TestSource>(TestSource::Settings{.kind = rtp::MediaKind::Video,
                                                            .ssrc = rtp::Ssrc(1),
                                                            .first_timestamp = rtp::RtpTimestamp(0),
                                                            .first_number = rtp::SequenceNumber(0)},
                                       services.pool, clock_);
      outlet_->open(*source_);
    });
  }
  ~RelaysTest() override {
    onSinkLoop([this](WorkerServices&) { sinks_.clear(); });
    onSourceLoop([this](WorkerServices&) { endSource(); });
  }

  // Runs on that loop, and waits.
  void onSourceLoop(const std::function<void(WorkerServices&)>& call) { on(0, call); }
  void onSinkLoop(const std::function<void(WorkerServices&)>& call) { on(1, call); }
  void on(std::size_t worker, const std::function<void(WorkerServices&)>& call) {
    workers_.at(worker).post([&](WorkerServices& services) { call(services); });
    settle(worker);
  }
  // What was posted forth and back has run.
  void settle(std::size_t last = 0) {
    for (int round = 0; round < 4; ++round)
      for (std::size_t i = 0; i < workers_.size(); ++i) workers_.at(i).drain();
    workers_.at(last).drain();
  }

  TestSink& addSink() {
    TestSink& sink = *sinks_.emplace_back(std::make_unique<TestSink>(rtp::MediaKind::Video));
    onSinkLoop([&](WorkerServices& services) {
      services.relays.sourceOf(outlet_)->addSink(sink, Loop::now());
    });
    settle();
    return sink;
  }
  void removeSink(TestSink& sink) {
    onSinkLoop([&](WorkerServices&) { sink.source->removeSink(sink); });
    settle();
  }
  void endSource() {
    outlet_->close();
    source_.reset();
  }
  // Until `holds`, looked at on the loop of the sinks.
  void waitUntil(const std::function<bool()>& holds) {
    bool is_so = false;
    while (!is_so) onSinkLoop([&](WorkerServices&) { is_so = holds(); });
  }

  WorkerLoops workers_{2};
  rtp::NtpClock clock_{rtp::NtpTime(0), Timestamp{}};
  OutletPtr outlet_ = std::make_shared<Outlet>(workers_.at(0), rtp::MediaKind::Video);
  std::unique_ptr<TestSource> source_;
  std::vector<std::unique_ptr<TestSink>> sinks_;
};

TEST_F(RelaysTest, ASourceOfTheSameLoopNeedsNone) {
  onSourceLoop([&](WorkerServices& services) {
    EXPECT_EQ(services.relays.sourceOf(outlet_), source_.get());
    EXPECT_EQ(services.relays.incoming(), 0u);
  });
}

TEST_F(RelaysTest, SinksOfAnotherLoopGetEveryPacketInOrderThroughOneRelay) {
  TestSink& one = addSink();
  TestSink& other = addSink();

  onSourceLoop([&](WorkerServices& services) {
    EXPECT_EQ(services.relays.outgoing(), 1u);
    for (int i = 0; i < 100; ++i) source_->sendFrame(Loop::now());
  });

  waitUntil([&] { return one.arrivals.size() == 100 && other.arrivals.size() == 100; });
  onSinkLoop([&](WorkerServices&) {
    for (std::size_t i = 0; i < 100; ++i)
      EXPECT_EQ(one.arrivals[i].number, rtp::SequenceNumber(static_cast<std::uint16_t>(i)));
  });
}

TEST_F(RelaysTest, WishesForAKeyFrameReachTheSourceAsFewAsPossible) {
  addSink();
  const int before = source_->key_frame_requests;

  onSinkLoop([&](WorkerServices& services) {
    for (int i = 0; i < 10; ++i) services.relays.sourceOf(outlet_)->requestKeyFrame(0, Loop::now());
  });
  settle();

  // The first, and one for all that came while it was on its way.
  onSourceLoop([&](WorkerServices&) { EXPECT_EQ(source_->key_frame_requests, before + 2); });
}

TEST_F(RelaysTest, EstimatesOfTheSinksReachTheSourceAsOne) {
  TestSink& one = addSink();
  TestSink& other = addSink();

  onSinkLoop([&](WorkerServices& services) {
    peer::MediaSource* const relay = services.relays.sourceOf(outlet_);
    relay->setReceiverEstimate(one, Bitrate(900'000), Loop::now());
    relay->setReceiverEstimate(other, Bitrate(400'000), Loop::now());
  });
  settle();

  onSourceLoop([&](WorkerServices&) { EXPECT_EQ(source_->receiver_estimate, Bitrate(900'000)); });
}

TEST_F(RelaysTest, ALateSinkIsToldWhereTheClockStands) {
  addSink();
  onSourceLoop([&](WorkerServices&) { source_->tellClock(Loop::now()); });
  settle();

  TestSink& late = addSink();

  onSinkLoop([&](WorkerServices&) { EXPECT_TRUE(late.mapping.has_value()); });
}

TEST_F(RelaysTest, ARelayEndsWithItsLastSink) {
  TestSink& one = addSink();
  TestSink& other = addSink();

  removeSink(one);
  onSourceLoop([&](WorkerServices& services) { EXPECT_EQ(services.relays.outgoing(), 1u); });

  removeSink(other);
  onSourceLoop([&](WorkerServices& services) { EXPECT_EQ(services.relays.outgoing(), 0u); });
  onSinkLoop([&](WorkerServices& services) { EXPECT_EQ(services.relays.incoming(), 0u); });
}

TEST_F(RelaysTest, ARelayThatNobodyUsesEnds) {
  onSinkLoop([&](WorkerServices& services) { services.relays.sourceOf(outlet_); });
  settle();

  onSourceLoop([&](WorkerServices& services) { EXPECT_EQ(services.relays.outgoing(), 0u); });
}

TEST_F(RelaysTest, SinksAreToldWhenTheSourceEnds) {
  TestSink& sink = addSink();

  onSourceLoop([&](WorkerServices&) { endSource(); });
  settle();

  onSinkLoop([&](WorkerServices& services) {
    EXPECT_EQ(sink.source, nullptr);
    EXPECT_EQ(services.relays.incoming(), 0u);
  });
}

TEST_F(RelaysTest, ASourceThatHasEndedGivesNothing) {
  onSourceLoop([&](WorkerServices&) { endSource(); });

  TestSink& sink = addSink();

  onSinkLoop([&](WorkerServices&) { EXPECT_EQ(sink.source, nullptr); });
}

TEST_F(RelaysTest, ASinkThatComesAndGoesWhileMediaFlowsIsHarmless) {
  TestSink& stays = addSink();
  for (int i = 0; i < 20; ++i) {
    TestSink& passes = addSink();
    onSourceLoop([&](WorkerServices&) { source_->sendFrame(Loop::now()); });
    removeSink(passes);
  }

  waitUntil([&] { return stays.arrivals.size() == 20; });
}

}  // namespace
}  // namespace ms::net
