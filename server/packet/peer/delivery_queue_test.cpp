#include "server/packet/peer/delivery_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "server/packet/peer/packet_burst.h"
#include "server/packet/peer/raw_peer.h"

namespace ms::peer {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kNow(1000s);

class DeliveryQueueTest : public ::testing::Test {
 protected:
  struct Source final : DeliveryQueue::Source {
    Source(DeliveryQueueTest& test, std::string name_) : owner(test), name(std::move(name_)) {}
    ~Source() override { owner.queue.remove(*this); }
    void deliverBurst(Timestamp) override {
      owner.log += name + ' ';
      if (react) react();
    }
    DeliveryQueueTest& owner;
    const std::string name;
    std::function<void()> react;
  };

  std::string log;
  DeliveryQueue queue{[this] { log += "waiting "; }};
};

TEST_F(DeliveryQueueTest, TellsEachSourceOnceInTheOrderInWhichTheyCame) {
  Source first(*this, "first"), second(*this, "second");
  queue.add(first);
  queue.add(second);
  queue.add(first);
  queue.deliver(kNow);
  queue.deliver(kNow);

  EXPECT_EQ(log, "waiting first second ");
}

TEST_F(DeliveryQueueTest, ForgetsASourceThatEndsAlsoDuringTheDelivery) {
  Source first(*this, "first"), second(*this, "second");
  auto ended = std::make_unique<Source>(*this, "ended");
  first.react = [&] { ended.reset(); };
  queue.add(first);
  queue.add(*ended);
  queue.add(second);
  queue.deliver(kNow);

  EXPECT_EQ(log, "waiting first second ");
}

TEST_F(DeliveryQueueTest, LeavesForTheNextDeliveryWhatIsAddedDuringOne) {
  Source source(*this, "source");
  source.react = [&] { queue.add(source); };
  queue.add(source);
  queue.deliver(kNow);

  EXPECT_EQ(log, "waiting source waiting ");
}

// A peer's source with such a queue.
class WaitingPublisherTest : public ::testing::Test {
 protected:
  struct Viewer final : MediaSink {
    Viewer(std::string& shared_log, char letter) : log(shared_log), name(letter) {}
    rtp::MediaKind kind() const override { return rtp::MediaKind::Video; }
    bool takes(const CodecFormat&) const override { return true; }
    void onSourceAttached(MediaSource&, Timestamp) override {}
    void onSourceDetached(MediaSource&) override {}
    void onPacket(const SourcePacket& packet, Timestamp) override {
      log += name + std::to_string(*packet.view.sequenceNumber()) + ' ';
    }
    void onSourceClock(MediaSource&, const rtcp::ClockMapping&) override {}
    std::string& log;
    const char name;
  };

  WaitingPublisherTest() {
    EXPECT_TRUE(publisher->connect(kNow));
    source().addSink(a, kNow);
    source().addSink(b, kNow);
  }
  MediaSource& source() { return *publisher->peer.source(rtp::MediaKind::Video); }
  void publish(std::uint16_t number) {
    publisher->give(publisher->sealRtp(vp8Packet(RawPeer::kRemote.video, number, 0, true)), kNow);
  }

  std::string log;
  Viewer a{log, 'a'}, b{log, 'b'};
  DeliveryQueue queue{[] {}};
  std::unique_ptr<RawPeer> publisher = std::make_unique<RawPeer>(1, dtls::kSrtpProfiles, &queue);
};

TEST_F(WaitingPublisherTest, GivesEachViewerAllPacketsOfATurnBeforeTheNextOne) {
  for (std::uint16_t number : {1, 2, 3}) publish(number);
  EXPECT_EQ(log, "");
  queue.deliver(kNow);

  EXPECT_EQ(log, "a1 a2 a3 b1 b2 b3 ");
}

TEST_F(WaitingPublisherTest, HoldsNoMorePacketsThanABurstHas) {
  for (std::uint16_t number = 0; number <= PacketBurst::kMaxPackets; ++number) publish(number);
  EXPECT_EQ(std::ranges::count(log, ' '), 2 * PacketBurst::kMaxPackets);
  queue.deliver(kNow);

  EXPECT_EQ(std::ranges::count(log, ' '), 2 * (PacketBurst::kMaxPackets + 1));
}

TEST_F(WaitingPublisherTest, SaysNothingMoreToViewersThatLeftNorOfAPublisherThatEnded) {
  publish(1);
  source().removeSink(a);
  queue.deliver(kNow);
  EXPECT_EQ(log, "b1 ");

  publish(2);
  publisher.reset();
  queue.deliver(kNow);
  EXPECT_EQ(log, "b1 ");
}

}  // namespace
}  // namespace ms::peer
