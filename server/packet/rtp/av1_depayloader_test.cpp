#include "server/packet/rtp/av1_depayloader.h"

#include <gmock/gmock.h>

#include <vector>

namespace ms::rtp {
namespace {

using testing::ElementsAre;

using Octets = std::vector<std::uint8_t>;

// Aggregation headers: Z = 0x80, Y = 0x40, W = count << 4, N = 0x08.
// OBU headers without a size: a sequence header 0x08, a frame 0x30; with one: 0x0a, 0x32.
class Av1DepayloaderTest : public testing::Test {
 protected:
  std::expected<void, Drop> receive(const Octets& payload, std::uint32_t timestamp = 1) {
    return depayloader_.receive({.payload = payload, .timestamp = RtpTimestamp(timestamp)});
  }
  std::expected<void, Drop> receiveLast(const Octets& payload, std::uint32_t timestamp = 1) {
    return depayloader_.receive(
        {.payload = payload, .timestamp = RtpTimestamp(timestamp), .marker = true});
  }
  Octets poll() {
    auto unit = depayloader_.poll();
    return unit ? std::move(unit->bytes) : Octets{};
  }

  Av1Depayloader depayloader_;
};

TEST_F(Av1DepayloaderTest, GivesEachObuItsSizeBehindATemporalDelimiter) {
  // N, two elements: a sequence header of 3 bytes behind its size, and a frame to the end.
  ASSERT_TRUE(receiveLast({0x28, 3, 0x08, 0xaa, 0xbb, 0x30, 0xcc}));
  EXPECT_THAT(poll(), ElementsAre(0x12, 0x00, 0x0a, 2, 0xaa, 0xbb, 0x32, 1, 0xcc));
  EXPECT_THAT(poll(), ElementsAre());
}

TEST_F(Av1DepayloaderTest, TakesAnyNumberOfElementsThatAllHaveSizes) {
  ASSERT_TRUE(receiveLast({0x00, 2, 0x30, 1, 2, 0x30, 2, 2, 0x30, 3, 2, 0x30, 4}));
  EXPECT_THAT(poll(), ElementsAre(0x12, 0x00, 0x32, 1, 1, 0x32, 1, 2, 0x32, 1, 3, 0x32, 1, 4));
}

TEST_F(Av1DepayloaderTest, PutsAnObuTogetherThatWasCutIntoThree) {
  ASSERT_TRUE(receive({0x50, 0x30, 1, 2}));
  ASSERT_TRUE(receive({0xd0, 3}));
  EXPECT_THAT(poll(), ElementsAre());
  ASSERT_TRUE(receiveLast({0x90, 4, 5}));
  EXPECT_THAT(poll(), ElementsAre(0x12, 0x00, 0x32, 5, 1, 2, 3, 4, 5));
}

TEST_F(Av1DepayloaderTest, GoesOnBehindThePieceOfAnObu) {
  ASSERT_TRUE(receive({0x60, 2, 0x08, 0xaa, 0x30, 1}));
  ASSERT_TRUE(receiveLast({0xa0, 1, 2, 0x30, 3}));
  EXPECT_THAT(poll(), ElementsAre(0x12, 0x00, 0x0a, 1, 0xaa, 0x32, 2, 1, 2, 0x32, 1, 3));
}

TEST_F(Av1DepayloaderTest, LeavesOutTemporalDelimitersAndTileLists) {
  ASSERT_TRUE(receiveLast({0x30, 1, 0x10, 2, 0x40, 7, 0x30, 1}));
  EXPECT_THAT(poll(), ElementsAre(0x12, 0x00, 0x32, 1, 1));
}

TEST_F(Av1DepayloaderTest, TakesASizeThatTheSenderHasLeftInTheObu) {
  ASSERT_TRUE(receiveLast({0x10, 0x32, 1, 0xcc}));
  EXPECT_THAT(poll(), ElementsAre(0x12, 0x00, 0x32, 1, 0xcc));
}

TEST_F(Av1DepayloaderTest, CompletesAUnitWithoutAMarkerWithTheNextOne) {
  ASSERT_TRUE(receive({0x10, 0x30, 1}, 1));
  EXPECT_THAT(poll(), ElementsAre());
  ASSERT_TRUE(receiveLast({0x10, 0x30, 2}, 2));
  const auto first = depayloader_.poll(), second = depayloader_.poll();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->timestamp, RtpTimestamp(1));
  EXPECT_THAT(first->bytes, ElementsAre(0x12, 0x00, 0x32, 1, 1));
  EXPECT_EQ(second->timestamp, RtpTimestamp(2));
}

TEST_F(Av1DepayloaderTest, LosesAUnitOfWhichAPacketIsMissing) {
  ASSERT_TRUE(receive({0x50, 0x30, 1}));
  depayloader_.onLoss();
  EXPECT_FALSE(receiveLast({0x90, 3}));
  EXPECT_THAT(poll(), ElementsAre());
  ASSERT_TRUE(receiveLast({0x10, 0x30, 4}, 2));
  EXPECT_THAT(poll(), ElementsAre(0x12, 0x00, 0x32, 1, 4));
}

TEST_F(Av1DepayloaderTest, DoesNotBeginWithTheRestOfAnObu) {
  EXPECT_EQ(receive({0x90, 3}).error(), Drop::BadPayload);
  EXPECT_FALSE(receiveLast({0x10, 0x30, 4}));
  EXPECT_THAT(poll(), ElementsAre());
}

TEST_F(Av1DepayloaderTest, LosesAUnitWhosePieceIsNotContinued) {
  ASSERT_TRUE(receive({0x50, 0x30, 1}));
  EXPECT_EQ(receiveLast({0x10, 0x30, 2}).error(), Drop::BadPayload);
  ASSERT_TRUE(receiveLast({0x50, 0x30, 1}, 2)) << "its rest would be in the next unit";
  EXPECT_THAT(poll(), ElementsAre());
}

TEST_F(Av1DepayloaderTest, RefusesWhatContradictsItself) {
  for (const Octets& payload : {
           Octets{}, Octets{0x10},          // Nothing behind the header.
           Octets{0x20, 5, 0x30, 1},        // An element that is longer than the packet.
           Octets{0x20, 0x80, 0x80, 0x80},  // A size without an end.
           Octets{0x10, 0xb0, 1},           // The forbidden bit.
           Octets{0x10, 0x32, 9, 1},        // An OBU that is longer than its element.
       }) {
    EXPECT_EQ(receiveLast(payload).error(), Drop::BadPayload) << testing::PrintToString(payload);
    EXPECT_THAT(poll(), ElementsAre());
  }
}

TEST_F(Av1DepayloaderTest, LosesAUnitThatIsTooLong) {
  Octets piece(Av1Depayloader::kMaxUnitBytes / 4, 1);
  piece[0] = 0x50;
  piece[1] = 0x30;
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(receive(piece));
    piece[0] = 0xd0;
  }
  EXPECT_EQ(receive(piece).error(), Drop::TooLong);
  EXPECT_FALSE(receiveLast({0x90, 1}));
  EXPECT_THAT(poll(), ElementsAre());
}

TEST_F(Av1DepayloaderTest, KeepsNoMoreUnitsThanItsLimitForWhoDoesNotAsk) {
  for (std::uint32_t timestamp = 1; timestamp <= 9; ++timestamp)
    ASSERT_TRUE(receiveLast({0x10, 0x30, 4}, timestamp));
  EXPECT_EQ(depayloader_.poll()->timestamp, RtpTimestamp(8));
  EXPECT_EQ(depayloader_.poll()->timestamp, RtpTimestamp(9));
  EXPECT_FALSE(depayloader_.poll());
}

}  // namespace
}  // namespace ms::rtp
