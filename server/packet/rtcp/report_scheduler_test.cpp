#include "server/packet/rtcp/report_scheduler.h"

#include <gtest/gtest.h>

namespace ms::rtcp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Timestamp kNow = Timestamp(seconds(100));

ReportScheduler makeScheduler(std::uint32_t random) {
  return ReportScheduler([random] { return random; }, kNow);
}

TEST(ReportScheduler, SendsTheFirstReportAfterHalfTheMinimum) {
  EXPECT_EQ(makeScheduler(0).nextTime(), kNow + milliseconds(250));
  EXPECT_LE(makeScheduler(0xffffffff).nextTime(), kNow + milliseconds(375));
}

TEST(ReportScheduler, NeverGoesBelowTheMinimum) {
  auto scheduler = makeScheduler(0);
  scheduler.setSessionBandwidth(Bitrate(1'000'000'000));
  scheduler.onSent(100, kNow);
  EXPECT_FALSE(scheduler.isDue(kNow + milliseconds(499)));
  EXPECT_TRUE(scheduler.isDue(kNow + milliseconds(500)));
}

TEST(ReportScheduler, SpreadsReportsAtRandom) {
  auto least = makeScheduler(0);
  auto middle = makeScheduler(0x80000000);
  auto most = makeScheduler(0xffffffff);
  for (auto* scheduler : {&least, &middle, &most}) scheduler->onSent(100, kNow);

  EXPECT_EQ(least.nextTime() - kNow, milliseconds(500));
  EXPECT_EQ(middle.nextTime() - kNow, milliseconds(625));
  EXPECT_LT(most.nextTime() - kNow, milliseconds(750));
  EXPECT_GT(most.nextTime() - kNow, milliseconds(749));
}

TEST(ReportScheduler, KeepsRtcpWithinItsShareOfTheBandwidth) {
  auto scheduler = makeScheduler(0);
  scheduler.setSessionBandwidth(Bitrate(32'000));  // RTCP: 1600 bit/s for two members.
  scheduler.onSent(100, kNow);
  EXPECT_EQ(scheduler.nextTime() - kNow, seconds(1));
}

TEST(ReportScheduler, AveragesTheSizeOfReports) {
  auto scheduler = makeScheduler(0);
  scheduler.setSessionBandwidth(Bitrate(32'000));
  scheduler.onSent(100, kNow);
  scheduler.onSent(260, kNow);  // The average becomes 110.
  EXPECT_EQ(scheduler.nextTime() - kNow, milliseconds(1100));
}

TEST(ReportScheduler, NeverWaitsSoLongThatThePeerGivesUp) {
  auto scheduler = makeScheduler(0);
  scheduler.setSessionBandwidth(Bitrate(100));
  scheduler.onSent(1'200, kNow);
  EXPECT_EQ(scheduler.nextTime() - kNow, ReportScheduler::kMaxInterval);
}

}  // namespace
}  // namespace ms::rtcp
