#include "server/packet/rtcp/sender_clock.h"

#include <gtest/gtest.h>

namespace ms::rtcp {
namespace {

using rtp::RtpTimestamp;
using rtp::Ssrc;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr rtp::NtpTime kNow(0xe8000000'00000000);

SenderClock::Sent sent(std::uint32_t source, std::uint32_t source_timestamp,
                       std::uint32_t timestamp) {
  return {.source = Ssrc(source),
          .clock_rate = 90000,
          .source_timestamp = RtpTimestamp(source_timestamp),
          .timestamp = RtpTimestamp(timestamp)};
}

ClockMapping mapping(std::uint32_t source, std::uint32_t timestamp) {
  return {.source = Ssrc(source), .ntp = kNow, .rtp = RtpTimestamp(timestamp), .clock_rate = 90000};
}

TEST(SenderClock, KnowsNothingBeforeTheFirstPacket) {
  SenderClock clock;
  clock.onMapping(mapping(1, 0));
  EXPECT_FALSE(clock.timestampAt(kNow));
}

TEST(SenderClock, MovesTheSourcesClockByTheRewritingsOffset) {
  SenderClock clock;
  // Sent 300 ms after capture: arrival times would say something else.
  clock.onSent(sent(1, 1000, 51'000), kNow + milliseconds(300));
  clock.onMapping(mapping(1, 1000));
  EXPECT_EQ(clock.timestampAt(kNow + seconds(1)), RtpTimestamp(51'000 + 90'000));
}

TEST(SenderClock, TakesAMappingThatCameBeforeThePackets) {
  SenderClock clock;
  clock.onMapping(mapping(1, 1000));
  clock.onSent(sent(1, 1000, 51'000), kNow);
  EXPECT_EQ(clock.timestampAt(kNow), RtpTimestamp(51'000));
}

TEST(SenderClock, KeepsLipSyncThroughForwarding) {
  // The same instant of capture is 48000 in audio and 900000 in video; the ways differ.
  SenderClock audio, video;
  audio.onSent({.source = Ssrc(1),
                .clock_rate = 48000,
                .source_timestamp = RtpTimestamp(48'000),
                .timestamp = RtpTimestamp(5'000)},
               kNow + milliseconds(20));
  video.onSent(sent(2, 900'000, 70'000), kNow + milliseconds(180));
  audio.onMapping(
      {.source = Ssrc(1), .ntp = kNow, .rtp = RtpTimestamp(48'000), .clock_rate = 48000});
  video.onMapping(mapping(2, 900'000));

  const rtp::NtpTime at = kNow + seconds(3);
  EXPECT_EQ(*audio.timestampAt(at), RtpTimestamp(5'000 + 3 * 48'000));
  EXPECT_EQ(*video.timestampAt(at), RtpTimestamp(70'000 + 3 * 90'000));
}

TEST(SenderClock, WaitsForTheFirstReportAndThenGoesByArrival) {
  SenderClock clock;
  clock.onSent(sent(1, 1000, 51'000), kNow);
  EXPECT_FALSE(clock.timestampAt(kNow + milliseconds(5'999)));
  clock.onSent(sent(1, 541'000, 591'000), kNow + seconds(6));
  EXPECT_EQ(clock.timestampAt(kNow + seconds(7)), RtpTimestamp(591'000 + 90'000));
}

TEST(SenderClock, ForgetsTheFormerSourceAfterASwitch) {
  SenderClock clock;
  clock.onSent(sent(1, 1000, 51'000), kNow);
  clock.onMapping(mapping(1, 1000));
  clock.onSent(sent(2, 777, 60'000), kNow + milliseconds(100));
  EXPECT_FALSE(clock.timestampAt(kNow + milliseconds(200)));
}

TEST(SenderClock, HasTheNextSourcesMappingReadyAtTheSwitch) {
  SenderClock clock;
  clock.onSent(sent(1, 1000, 51'000), kNow);
  clock.onMapping(mapping(1, 1000));
  clock.onMapping(mapping(2, 777));
  EXPECT_EQ(clock.timestampAt(kNow), RtpTimestamp(51'000));  // Source 1 still goes out.
  clock.onSent(sent(2, 777, 60'000), kNow);
  EXPECT_EQ(clock.timestampAt(kNow), RtpTimestamp(60'000));
}

}  // namespace
}  // namespace ms::rtcp
