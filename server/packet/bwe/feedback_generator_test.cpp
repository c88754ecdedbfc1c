#include "server/packet/bwe/feedback_generator.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "server/packet/rtcp/compound_view.h"
#include "server/packet/rtcp/transport_cc_view.h"

namespace ms::bwe {
namespace {

using std::chrono::milliseconds;

constexpr Timestamp kStart{std::chrono::seconds(1000)};

Timestamp at(int ms) { return kStart + milliseconds(ms); }

struct Feedback {
  std::uint16_t base = 0;
  std::uint8_t count = 0;
  std::vector<std::optional<int>> arrivals;  // In ms since kStart.
};

class Receiver {
 public:
  void take(int number, int ms) {
    generator.onPacket(rtp::SequenceNumber(static_cast<std::uint16_t>(number)), at(ms));
  }
  std::vector<Feedback> poll(int ms) {
    std::vector<Feedback> all;
    for (;;) {
      std::array<std::uint8_t, 1200> buffer;
      rtcp::CompoundWriter out(buffer);
      if (!generator.write(out, rtp::Ssrc(1), rtp::Ssrc(2), at(ms))) return all;
      all.push_back(read(*rtcp::TransportCcView::parse(*rtcp::PacketView::parse(out.datagram()))));
    }
  }

  FeedbackGenerator generator;

 private:
  static Feedback read(const rtcp::TransportCcView& view) {
    Feedback feedback{.base = view.baseSequence(), .count = view.feedbackCount(), .arrivals = {}};
    Timestamp time(view.referenceTime() * rtcp::TransportCcView::kReferenceUnit);
    view.forEach([&](std::uint16_t, std::optional<Duration> delta) {
      if (delta) time += *delta;
      feedback.arrivals.push_back(
          delta ? std::optional(static_cast<int>((time - kStart) / milliseconds(1)))
                : std::nullopt);
    });
    return feedback;
  }
};

TEST(FeedbackGenerator, TellsOfEachPacketOnceAndOfThoseMissing) {
  Receiver receiver;
  receiver.take(10, 0);
  receiver.take(11, 5);
  receiver.take(13, 20);
  EXPECT_EQ(receiver.generator.nextTime(), at(0) + FeedbackGenerator::kInterval);
  EXPECT_TRUE(receiver.poll(99).empty());

  const auto feedback = receiver.poll(100);

  ASSERT_EQ(feedback.size(), 1u);
  EXPECT_EQ(feedback[0].base, 10);
  EXPECT_EQ(feedback[0].arrivals, (std::vector<std::optional<int>>{0, 5, std::nullopt, 20}));
  EXPECT_EQ(receiver.generator.nextTime(), kNever);
  EXPECT_TRUE(receiver.poll(1000).empty());
}

TEST(FeedbackGenerator, CountsItsFeedbackAndBeginsWhereTheLastEnded) {
  Receiver receiver;
  receiver.take(65534, 0);
  EXPECT_EQ(receiver.poll(100).at(0).count, 0);
  receiver.take(1, 200);

  const auto feedback = receiver.poll(300);

  ASSERT_EQ(feedback.size(), 1u);
  EXPECT_EQ(feedback[0].count, 1);
  EXPECT_EQ(feedback[0].base, 65535);
  EXPECT_EQ(feedback[0].arrivals, (std::vector<std::optional<int>>{{}, {}, 200}));
}

TEST(FeedbackGenerator, ReportsAgainFromAPacketThatCameLate) {
  Receiver receiver;
  receiver.take(5, 0);
  receiver.take(7, 10);
  receiver.poll(100);
  receiver.take(6, 110);
  receiver.take(8, 111);

  const auto feedback = receiver.poll(210);

  ASSERT_EQ(feedback.size(), 1u);
  EXPECT_EQ(feedback[0].base, 6);
  EXPECT_EQ(feedback[0].arrivals, (std::vector<std::optional<int>>{110, 10, 111}));
}

TEST(FeedbackGenerator, TakesAPacketThatCameBeforeTheFirst) {
  Receiver receiver;
  receiver.take(0, 0);
  receiver.take(65535, 3);
  const auto feedback = receiver.poll(100);
  ASSERT_EQ(feedback.size(), 1u);
  EXPECT_EQ(feedback[0].base, 65535);
  EXPECT_EQ(feedback[0].arrivals, (std::vector<std::optional<int>>{3, 0}));
}

TEST(FeedbackGenerator, IgnoresRepeatedPackets) {
  Receiver receiver;
  receiver.take(5, 0);
  receiver.take(5, 10);
  EXPECT_EQ(receiver.poll(100).at(0).arrivals, (std::vector<std::optional<int>>{0}));
  receiver.take(5, 120);
  EXPECT_EQ(receiver.generator.nextTime(), kNever);
}

TEST(FeedbackGenerator, SpeaksSoonerWhenMuchComes) {
  Receiver receiver;
  const auto pending = static_cast<int>(FeedbackGenerator::kMaxPending);
  for (int i = 0; i < pending; ++i) receiver.take(i, i / 20);
  const auto feedback = receiver.poll(pending / 20);
  ASSERT_EQ(feedback.size(), 1u);
  EXPECT_EQ(feedback[0].arrivals.size(), FeedbackGenerator::kMaxPending);
}

TEST(FeedbackGenerator, NeedsSeveralDatagramsForManyLargeDeltas) {
  Receiver receiver;
  std::size_t told = 0;
  // In the wrong order by turns: each delta takes two bytes.
  for (int i = 0; i < 800; ++i) receiver.take(i ^ 1, i * 70);
  for (const Feedback& feedback : receiver.poll(100'000)) told += feedback.arrivals.size();
  EXPECT_EQ(told, 800u);
}

TEST(FeedbackGenerator, BeginsAnewAfterAJump) {
  Receiver receiver;
  receiver.take(0, 0);
  receiver.take(20'000, 10);
  const auto feedback = receiver.poll(110);
  ASSERT_EQ(feedback.size(), 1u);
  EXPECT_EQ(feedback[0].base, 20'000);
  EXPECT_EQ(feedback[0].arrivals, (std::vector<std::optional<int>>{10}));
}

TEST(FeedbackGenerator, IgnoresWhatIsTooOldToBeRemembered) {
  Receiver receiver;
  receiver.take(5000, 0);
  receiver.take(5000 - static_cast<int>(FeedbackGenerator::kMaxPackets), 1);
  EXPECT_EQ(receiver.poll(100).at(0).arrivals.size(), 1u);
}

}  // namespace
}  // namespace ms::bwe
