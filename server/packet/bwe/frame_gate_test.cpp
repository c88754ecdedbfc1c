#include "server/packet/bwe/frame_gate.h"

#include <gtest/gtest.h>

#include <vector>

namespace ms::bwe {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kStart{1000s};

// 30 pictures a second of 1 Mbit/s; a key frame of three times the size when asked for.
class Camera {
 public:
  // Whether each of the pictures made passed.
  std::vector<bool> run(FrameGate& gate, int pictures) {
    std::vector<bool> passed;
    for (int i = 0; i < pictures; ++i) {
      if (gate.takeKeyFrameRequest(now)) {
        requests.push_back(now);
        is_key_next = true;
      }
      const std::size_t bytes = is_key_next ? 12'000 : 4'000;
      bool all = true;
      bool any = false;
      for (std::size_t at = 0; at < bytes; at += 1000) {
        const bool one = gate.passes({.timestamp = rtp::RtpTimestamp(timestamp),
                                      .bytes = 1000,
                                      .starts_key_frame = is_key_next && at == 0},
                                     now);
        all &= one;
        any |= one;
        if (one) bits += 8000;
      }
      EXPECT_EQ(all, any) << "a picture passed in part";
      if (all && is_key_next) was_closed = false;
      EXPECT_FALSE(all && was_closed) << "a picture passed without what it refers to";
      if (!all) was_closed = true;
      passed.push_back(all);
      is_key_next = false;
      timestamp += 3000;
      now += 33ms;
    }
    return passed;
  }

  Timestamp now = kStart;
  std::uint32_t timestamp = 0xffff'0000;
  bool is_key_next = true;
  bool was_closed = false;
  std::int64_t bits = 0;
  std::vector<Timestamp> requests;
};

TEST(FrameGate, LetsEverythingPassWithoutALimit) {
  FrameGate gate;
  Camera camera;
  for (const bool passed : camera.run(gate, 100)) EXPECT_TRUE(passed);
  EXPECT_EQ(gate.closings(), 0u);
}

TEST(FrameGate, LetsEverythingPassBelowTheLimit) {
  FrameGate gate;
  gate.setLimit(Bitrate(1'100'000), kStart);
  Camera camera;
  for (const bool passed : camera.run(gate, 300)) EXPECT_TRUE(passed);
}

TEST(FrameGate, KeepsToTheLimitAndShowsOnlyWholeSequences) {
  FrameGate gate;
  gate.setLimit(Bitrate(300'000), kStart);
  Camera camera;

  camera.run(gate, 600);

  const double seconds = std::chrono::duration<double>(camera.now - kStart).count();
  EXPECT_LT(static_cast<double>(camera.bits) / seconds, 310'000);
  EXPECT_GT(static_cast<double>(camera.bits) / seconds, 60'000);
}

TEST(FrameGate, AsksForKeyFramesNoMoreOftenThanItsSpacing) {
  FrameGate gate;
  gate.setLimit(Bitrate(300'000), kStart);
  Camera camera;

  camera.run(gate, 600);

  ASSERT_GT(camera.requests.size(), 5u);
  for (std::size_t i = 1; i < camera.requests.size(); ++i)
    EXPECT_GE(camera.requests[i] - camera.requests[i - 1], FrameGate::kKeyFrameSpacing);
}

TEST(FrameGate, OpensWithTheNextKeyFrameWhenTheLimitIsGone) {
  FrameGate gate;
  gate.setLimit(Bitrate(200'000), kStart);
  Camera camera;
  camera.run(gate, 40);
  ASSERT_FALSE(gate.isOpen());

  gate.setLimit(std::nullopt, camera.now);
  EXPECT_FALSE(
      gate.passes({.timestamp = rtp::RtpTimestamp(camera.timestamp), .bytes = 100}, camera.now));
  camera.is_key_next = true;
  const auto passed = camera.run(gate, 30);

  for (const bool one : passed) EXPECT_TRUE(one);
}

TEST(FrameGate, LetsALatePacketPassOfAPictureThatPassedOnly) {
  FrameGate gate;
  gate.setLimit(Bitrate(100'000), kStart);
  EXPECT_TRUE(gate.passes({rtp::RtpTimestamp(0), 10'000, true}, kStart));
  EXPECT_FALSE(gate.passes({rtp::RtpTimestamp(3000), 1000, false}, kStart + 33ms));
  EXPECT_TRUE(gate.passes({rtp::RtpTimestamp(0), 1000, false}, kStart + 40ms));
  EXPECT_TRUE(gate.passes({rtp::RtpTimestamp(6000), 1000, true}, kStart + 2s));
  EXPECT_FALSE(gate.passes({rtp::RtpTimestamp(3000), 1000, false}, kStart + 2s));
}

}  // namespace
}  // namespace ms::bwe
