#include "server/packet/rtp/receive_rate.h"

#include <gtest/gtest.h>

#include "server/packet/rtp/test_packet.h"

namespace ms::rtp {
namespace {

using std::chrono::milliseconds;

// 125 bytes each millisecond are 1 Mbit/s.
void feed(ReceiveRate& rate, int from_ms, int to_ms) {
  for (int ms = from_ms; ms < to_ms; ++ms) rate.add(125, at(milliseconds(ms)));
}

TEST(ReceiveRate, IsZeroBeforeAnythingCame) { EXPECT_EQ(ReceiveRate().rate(at({})), Bitrate(0)); }

TEST(ReceiveRate, MeasuresASteadyStream) {
  ReceiveRate rate;
  feed(rate, 0, 3000);
  EXPECT_NEAR(static_cast<double>(*rate.rate(at(milliseconds(3000)))), 1e6, 1e4);
}

TEST(ReceiveRate, MeasuresFromTheFirstPacketOnAtTheStart) {
  ReceiveRate rate;
  feed(rate, 0, 400);
  EXPECT_NEAR(static_cast<double>(*rate.rate(at(milliseconds(400)))), 1e6, 1e4);
}

TEST(ReceiveRate, DoesNotTakeOnePacketForAHighRate) {
  ReceiveRate rate;
  rate.add(1250, at({}));
  EXPECT_EQ(rate.rate(at({})), Bitrate(50'000));  // 1250 bytes in 200 ms.
}

TEST(ReceiveRate, ForgetsAfterASecondOfSilence) {
  ReceiveRate rate;
  feed(rate, 0, 1000);
  EXPECT_GT(*rate.rate(at(milliseconds(1500))), 0);
  EXPECT_EQ(rate.rate(at(milliseconds(2100))), Bitrate(0));
  feed(rate, 60'000, 61'500);
  EXPECT_NEAR(static_cast<double>(*rate.rate(at(milliseconds(61'500)))), 1e6, 1e4);
}

}  // namespace
}  // namespace ms::rtp
