#include "server/frame/due_times.h"

#include <gtest/gtest.h>

#include "server/packet/rtp/test_packet.h"

namespace ms::frame {
namespace {

using namespace std::chrono_literals;
using rtp::at;

const rtp::NtpClock kClock(rtp::NtpTime(std::uint64_t{3'900'000'000} << 32), at(5s));

// A stream whose timestamp 0 was taken at at(taken).
struct Stream {
  rtp::Ssrc ssrc;
  std::uint32_t clock_rate;
  Duration taken;

  rtp::RtpTimestamp timestamp(Duration when) const {
    return rtp::RtpTimestamp(
        static_cast<std::uint32_t>((when - taken).count() * clock_rate / 1'000'000));
  }
  DueTimes::Packet packet(Duration when, Duration delay) const {
    return {ssrc, timestamp(when), clock_rate, at(when + delay)};
  }
  rtcp::ClockMapping mapping(Duration when) const {
    return {ssrc, kClock.at(at(when)), timestamp(when), clock_rate};
  }
};
const Stream kAudio{rtp::Ssrc(1), 48000, 9s};
const Stream kVideo{rtp::Ssrc(2), 90000, 3s};

TEST(DueTimes, BeforeAReportBeginWithTheArrival) {
  DueTimes times(kClock);
  EXPECT_EQ(times.dueOf(kAudio.packet(10s, 70ms)), at(10s + 70ms));
  EXPECT_EQ(times.dueOf(kAudio.packet(10s + 20ms, 400ms)), at(10s + 90ms)) << "jitter is no time";
}

TEST(DueTimes, GoByTheReport) {
  DueTimes times(kClock);
  times.onMapping(kAudio.mapping(8s));
  EXPECT_EQ(times.dueOf(kAudio.packet(10s, 70ms)), at(10s));
  times.onMapping(kVideo.mapping(8s));
  EXPECT_EQ(times.dueOf(kAudio.packet(10s + 20ms, 70ms)), at(10s + 20ms));
}

TEST(DueTimes, PacketsOfOneFrameAreDueAtOnce) {
  DueTimes times(kClock);
  const Timestamp due = times.dueOf(kVideo.packet(10s, 0ms));
  times.onMapping(kVideo.mapping(11s));
  EXPECT_EQ(times.dueOf(kVideo.packet(10s, 5ms)), due);
}

TEST(DueTimes, AReportMovesThemBitByBitAndNeverBack) {
  for (const Duration delay : {300ms, 900ms}) {
    DueTimes times(kClock);
    Timestamp last{};
    for (Duration when = 10s; when < 30s; when += 20ms) {
      if (when == 12s) times.onMapping(kAudio.mapping(when));
      const Timestamp due = times.dueOf(kAudio.packet(when, delay));
      if (when > 10s) {
        EXPECT_GE(due - last, 18ms);
        EXPECT_LE(due - last, 22ms);
      }
      last = due;
      if (when >= 12s + 10 * delay) {
        EXPECT_EQ(due, at(when)) << "made good";
      }
    }
  }
}

TEST(DueTimes, AudioAndVideoOfASenderMeetAfterTheirReports) {
  DueTimes audio(kClock), video(kClock);
  for (Duration when = 10s; when < 20s; when += 20ms) {
    if (when == 11s) video.onMapping(kVideo.mapping(when));
    if (when == 14s) audio.onMapping(kAudio.mapping(when));
    const Timestamp heard = audio.dueOf(kAudio.packet(when, 40ms));
    const Timestamp seen = video.dueOf(kVideo.packet(when, 180ms));
    if (when >= 13s) {
      EXPECT_LE(std::chrono::abs(heard - seen), 40ms);
    }
    if (when >= 15s) {
      EXPECT_LE(std::chrono::abs(heard - seen), 1ms);
    }
  }
}

TEST(DueTimes, SilenceIsKept) {
  DueTimes times(kClock);
  times.onMapping(kAudio.mapping(9s));
  times.dueOf(kAudio.packet(10s, 0ms));
  EXPECT_EQ(times.dueOf(kAudio.packet(17s, 0ms)), at(17s));
  EXPECT_EQ(times.dueOf(kAudio.packet(47s, 0ms)), at(47s));
}

TEST(DueTimes, MediaThatIsMuchLaterThanItSaysIsAGap) {
  DueTimes times(kClock);
  times.dueOf(kAudio.packet(10s, 0ms));
  Stream moved = kAudio;  // The same timestamps now mean 2 s later.
  moved.taken += 2s;
  times.onMapping(moved.mapping(12s));
  EXPECT_EQ(times.dueOf(moved.packet(12s + 20ms, 0ms)), at(12s + 20ms));
}

TEST(DueTimes, TimestampsThatMeanNothingGoByTheArrival) {
  DueTimes times(kClock);
  times.onMapping(kAudio.mapping(9s));
  times.dueOf(kAudio.packet(10s, 0ms));
  DueTimes::Packet jumped = kAudio.packet(3600s, 0ms);
  jumped.arrival = at(10s + 20ms);
  EXPECT_EQ(times.dueOf(jumped), at(10s + 20ms));
  jumped = kAudio.packet(3600s + 20ms, 0ms);
  jumped.arrival = at(10s + 45ms);
  EXPECT_EQ(times.dueOf(jumped), at(10s + 40ms));
}

TEST(DueTimes, AnotherStreamFollowsWithoutAStepBack) {
  DueTimes times(kClock);
  const Timestamp last = times.dueOf(kVideo.packet(10s, 300ms));
  Stream next = kVideo;
  next.ssrc = rtp::Ssrc(3);
  EXPECT_EQ(times.dueOf(next.packet(10s + 20ms, 0ms)), last + DueTimes::kMinStep);
  EXPECT_GT(times.dueOf(next.packet(11s, 0ms)), at(11s));
  EXPECT_EQ(times.dueOf(next.packet(14s, 0ms)), at(14s)) << "made good";
}

TEST(DueTimes, PassTheWrap) {
  DueTimes times(kClock);
  Stream video = kVideo;
  video.taken = 10s + 20ms;  // 10 s has the timestamp 2^32 - 1800.
  times.onMapping(video.mapping(10s));
  EXPECT_EQ(times.dueOf(video.packet(10s, 0ms)), at(10s));
  EXPECT_EQ(times.dueOf(video.packet(10s + 40ms, 0ms)), at(10s + 40ms));
}

TEST(DueTimes, KeepReportsOfSoManyStreams) {
  DueTimes times(kClock);
  times.onMapping(kVideo.mapping(9s));
  for (std::uint32_t other = 0; other < DueTimes::kMaxMappings; ++other) {
    Stream stream = kVideo;
    stream.ssrc = rtp::Ssrc(100 + other);
    times.onMapping(stream.mapping(9s));
  }
  EXPECT_EQ(times.dueOf(kVideo.packet(10s, 50ms)), at(10s + 50ms)) << "forgotten";
}

}  // namespace
}  // namespace ms::frame
