#include "server/packet/peer/sink_list.h"

#include <gtest/gtest.h>

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
