#include "server/frame/track_origin.h"

#include <gtest/gtest.h>

#include "server/packet/rtp/test_packet.h"

namespace ms::frame {
namespace {

using namespace std::chrono_literals;
using rtp::at;

TEST(TrackOrigin, IsTheEarliestThatATrackHas) {
  TrackOrigin origin;
  origin.propose(at(5s));
  origin.propose(at(4s));
  origin.propose(at(6s));
  EXPECT_EQ(origin.since(at(6s)), 2s);
}

TEST(TrackOrigin, StaysOnceSomethingIsWritten) {
  TrackOrigin origin;
  EXPECT_EQ(origin.since(at(5s)), 0s);
  origin.propose(at(4s));
  EXPECT_EQ(origin.since(at(4s)), 0s) << "not before the begin";
  EXPECT_EQ(origin.since(at(6s)), 1s);
}

TEST(TrackOrigin, MayBeGiven) {
  TrackOrigin origin(at(3s));
  origin.propose(at(1s));
  EXPECT_EQ(origin.since(at(5s)), 2s);
}

TEST(TrackOrigin, WhatIsCutOutMovesWhatFollows) {
  TrackOrigin origin(at(3s));
  EXPECT_EQ(origin.since(at(5s)), 2s);
  origin.cut(500ms);
  EXPECT_EQ(origin.since(at(6s)), 2500ms);
}

}  // namespace
}  // namespace ms::frame
