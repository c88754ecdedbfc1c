#include "server/packet/rtcp/source_clock.h"

#include <gtest/gtest.h>

namespace ms::rtcp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr rtp::NtpTime kOurs(0xe8000000'00000000);
constexpr rtp::NtpTime kTheirs(0x00000010'00000000);  // Runs since its start, not since 1900.

class SourceClockTest : public testing::Test {
 protected:
  // A report written at `when` on both clocks, that needs `way` to us.
  rtp::NtpTime mapped(Duration when, Duration way) {
    return clock_
        .onSenderReport({.source = rtp::Ssrc(1), .ntp = kTheirs + when, .rtp = {}},
                        kOurs + when + way)
        .ntp;
  }

  SourceClock clock_;
};

TEST_F(SourceClockTest, TranslatesThePeersClockToOurs) {
  EXPECT_EQ(mapped({}, milliseconds(20)), kOurs + milliseconds(20));
}

TEST_F(SourceClockTest, TakesTheFastestWayForTheTrueOne) {
  mapped({}, milliseconds(20));
  EXPECT_EQ(mapped(seconds(1), milliseconds(5)), kOurs + seconds(1) + milliseconds(5));
}

TEST_F(SourceClockTest, BelievesADelayedReportOnlyALittle) {
  mapped({}, milliseconds(20));
  const rtp::NtpTime second = mapped(seconds(1), milliseconds(500));
  EXPECT_EQ(second - (kOurs + seconds(1)), milliseconds(20) + SourceClock::kMaxDrift);
}

TEST_F(SourceClockTest, FollowsAClockThatWasSet) {
  mapped({}, milliseconds(20));
  EXPECT_EQ(mapped(seconds(-60), seconds(61)), kOurs + seconds(1));
}

TEST_F(SourceClockTest, MovesAudioAndVideoByTheSameAmount) {
  // Captured at the same instant, reported 700 ms apart over a way that varies.
  const ClockMapping audio = clock_.onSenderReport({.source = rtp::Ssrc(1),
                                                    .ntp = kTheirs,
                                                    .rtp = rtp::RtpTimestamp(48'000),
                                                    .clock_rate = 48000},
                                                   kOurs + milliseconds(10));
  const ClockMapping video = clock_.onSenderReport({.source = rtp::Ssrc(2),
                                                    .ntp = kTheirs + milliseconds(700),
                                                    .rtp = rtp::RtpTimestamp(90'000 + 63'000),
                                                    .clock_rate = 90000},
                                                   kOurs + milliseconds(710 + 80));
  const rtp::NtpTime later = kOurs + seconds(2);

  const double audio_seconds = static_cast<double>(*audio.at(later)) / 48000;
  const double video_seconds = static_cast<double>(*video.at(later)) / 90000;

  EXPECT_NEAR(audio_seconds, video_seconds, 0.001);
}

TEST(ClockMapping, CountsInTicksBothWaysAndAcrossTheWrap) {
  const ClockMapping mapping = {
      .source = rtp::Ssrc(1), .ntp = kOurs, .rtp = rtp::RtpTimestamp(100), .clock_rate = 90000};
  EXPECT_EQ(mapping.at(kOurs + milliseconds(10)), rtp::RtpTimestamp(1000));
  EXPECT_EQ(mapping.at(kOurs + milliseconds(-10)), rtp::RtpTimestamp(0xfffffce0));
}

}  // namespace
}  // namespace ms::rtcp
