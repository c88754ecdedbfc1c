#include "server/packet/peer/sink_list.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "server/packet/peer/test_media.h"

namespace ms::peer {
namespace {

class SinkListTest : public ::testing::Test {
 protected:
  int visits() {
    int count = 0;
    list.forEach([&](MediaSink&) { ++count; });
    return count;
  }

  TestSink one{rtp::MediaKind::Video}, two{rtp::MediaKind::Video}, three{rtp::MediaKind::Video};
  SinkList list;
};

TEST_F(SinkListTest, HoldsEachSinkOnce) {
  EXPECT_TRUE(list.add(one));
  EXPECT_FALSE(list.add(one));
  EXPECT_EQ(visits(), 1);
  EXPECT_TRUE(list.remove(one));
  EXPECT_FALSE(list.remove(one));
  EXPECT_EQ(visits(), 0);
}

TEST_F(SinkListTest, DoesNotVisitWhoIsRemovedDuringTheVisit) {
  list.add(one);
  list.add(two);
  list.add(three);
  std::vector<MediaSink*> visited;

  list.forEach([&](MediaSink& sink) {
    visited.push_back(&sink);
    list.remove(one);
    list.remove(two);
  });

  EXPECT_EQ(visited, (std::vector<MediaSink*>{&one, &three}));
  EXPECT_EQ(visits(), 1);
}

TEST_F(SinkListTest, VisitsWhoIsAddedDuringTheVisitNextTime) {
  list.add(one);
  int count = 0;

  list.forEach([&](MediaSink&) {
    ++count;
    list.add(two);
  });

  EXPECT_EQ(count, 1);
  EXPECT_EQ(visits(), 2);
}

TEST_F(SinkListTest, GivesABurstToOneSinkAfterTheOther) {
  list.add(one);
  list.add(two);
  std::vector<std::pair<MediaSink*, std::size_t>> told;

  list.forEachOfBurst(2, [&](MediaSink& sink, std::size_t i) { told.emplace_back(&sink, i); });

  EXPECT_EQ(told, (std::vector<std::pair<MediaSink*, std::size_t>>{
                      {&one, 0}, {&one, 1}, {&two, 0}, {&two, 1}}));
}

TEST_F(SinkListTest, SparesWhoLeavesTheRestOfABurst) {
  list.add(one);
  list.add(two);
  std::vector<MediaSink*> told;

  list.forEachOfBurst(3, [&](MediaSink& sink, std::size_t i) {
    told.push_back(&sink);
    if (i == 1) list.remove(one);
  });

  EXPECT_EQ(told, (std::vector<MediaSink*>{&one, &one, &two, &two, &two}));
}

TEST_F(SinkListTest, VisitsRelaysFirst) {
  struct Relay final : MediaSink {
    rtp::MediaKind kind() const override { return rtp::MediaKind::Video; }
    bool takes(const CodecFormat&) const override { return true; }
    void onSourceAttached(MediaSource&, Timestamp) override {}
    void onSourceDetached(MediaSource&) override {}
    void onPacket(const SourcePacket&, Timestamp) override {}
    void onBurstEnd() override { ++bursts; }
    bool isRelay() const override { return true; }
    void onSourceClock(MediaSource&, const rtcp::ClockMapping&) override {}
    int bursts = 0;
  } relay;
  list.add(one);
  list.add(relay);
  std::vector<MediaSink*> told;

  list.forEachOfBurst(2, [&](MediaSink& sink, std::size_t) {
    told.push_back(&sink);
    EXPECT_EQ(relay.bursts, &sink == &one ? 1 : 0);
  });

  EXPECT_EQ(told, (std::vector<MediaSink*>{&relay, &relay, &one, &one}));
}

TEST_F(SinkListTest, SurvivesVisitsWithinVisits) {
  list.add(one);
  list.add(two);
  int inner = 0;

  list.forEach([&](MediaSink& sink) {
    list.remove(sink);
    inner += visits();
  });

  EXPECT_EQ(inner, 1);
  EXPECT_EQ(list.first(), nullptr);
}

}  // namespace
}  // namespace ms::peer
