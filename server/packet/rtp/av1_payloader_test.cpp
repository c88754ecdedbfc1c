#include "server/packet/rtp/av1_payloader.h"

#include <gmock/gmock.h>

#include <vector>

#include "server/packet/rtp/av1_depayloader.h"
#include "server/packet/rtp/av1_obu.h"
#include "server/packet/rtp/key_frame.h"

namespace ms::rtp {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

using Octets = std::vector<std::uint8_t>;

// Aggregation headers: Z = 0x80, Y = 0x40, W = count << 4, N = 0x08.
// OBU headers with a size: a temporal delimiter 0x12, a sequence header 0x0a, a frame 0x32.

TEST(Av1Payloader, PutsWhatFitsIntoOnePacketWithoutTheDelimiter) {
  const Octets unit = {0x12, 0, 0x0a, 2, 0xaa, 0xbb, 0x32, 1, 0xcc};
  const auto payloads = av1Payloads(unit, 1200).value();
  ASSERT_EQ(payloads.size(), 1u);
  EXPECT_THAT(payloads[0], ElementsAre(0x28, 3, 0x08, 0xaa, 0xbb, 0x30, 0xcc));
  EXPECT_TRUE(isKeyFrameStart(Codec::Av1, payloads[0]));
}

TEST(Av1Payloader, DoesNotCountMoreThanThreeElements) {
  const Octets unit = {0x32, 1, 1, 0x32, 1, 2, 0x32, 1, 3, 0x32, 1, 4};
  const auto payloads = av1Payloads(unit, 1200).value();
  ASSERT_EQ(payloads.size(), 1u);
  EXPECT_THAT(payloads[0], ElementsAre(0x00, 2, 0x30, 1, 2, 0x30, 2, 2, 0x30, 3, 2, 0x30, 4));
}

TEST(Av1Payloader, CutsAnObuThatDoesNotFit) {
  Octets unit = {0x32, 30};
  for (std::uint8_t i = 1; i <= 30; ++i) unit.push_back(i);
  const auto payloads = av1Payloads(unit, 16).value();
  ASSERT_EQ(payloads.size(), 3u);
  EXPECT_THAT(payloads[0], ElementsAre(0x50, 0x30, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13));
  EXPECT_THAT(payloads[1],
              ElementsAre(0xd0, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27));
  EXPECT_THAT(payloads[2], ElementsAre(0x90, 28, 29, 30));
}

TEST(Av1Payloader, KeepsTheExtensionOfLayers) {
  const Octets unit = {0x36, 0x20, 1, 7};
  EXPECT_THAT(av1Payloads(unit, 1200).value().at(0), ElementsAre(0x10, 0x34, 0x20, 7));
}

TEST(Av1Payloader, SaysOfOneWithoutASequenceHeaderThatNobodyCanBeginThere) {
  const Octets unit = {0x32, 1, 7};
  EXPECT_FALSE(isKeyFrameStart(Codec::Av1, av1Payloads(unit, 1200).value().at(0)));
}

TEST(Av1Payloader, HasNothingToSayOfADelimiterAlone) {
  const Octets unit = {0x12, 0};
  EXPECT_THAT(av1Payloads(unit, 1200).value(), IsEmpty());
  EXPECT_THAT(av1Payloads({}, 1200).value(), IsEmpty());
}

TEST(Av1Payloader, RefusesWhatIsCutShort) {
  const Octets unit = {0x32, 5, 1};
  EXPECT_EQ(av1Payloads(unit, 1200).error(), Drop::BadPayload);
  EXPECT_EQ(av1Payloads({}, kMinAv1PayloadBytes - 1).error(), Drop::TooLong);
}

// A key frame of a 700-byte and a 5000-byte OBU, through every size of packets.
TEST(Av1Payloader, SendsWhatTheDepayloaderPutsTogetherAgain) {
  Octets unit = {0x12, 0, 0x0a, 3, 1, 2, 3};
  appendSized(unit, {.header = Octets{0x30}, .payload = Octets(700, 0x55)});
  appendSized(unit, {.header = Octets{0x34, 0x08}, .payload = Octets(5000, 0x66)});
  for (std::size_t room = kMinAv1PayloadBytes; room < 1400; ++room) {
    const auto payloads = av1Payloads(unit, room).value();
    Av1Depayloader depayloader;
    for (const Octets& payload : payloads) {
      ASSERT_LE(payload.size(), room);
      ASSERT_TRUE(depayloader.receive({.payload = payload,
                                       .timestamp = RtpTimestamp(1),
                                       .marker = &payload == &payloads.back()}));
    }
    const auto again = depayloader.poll();
    ASSERT_TRUE(again) << room;
    EXPECT_THAT(again->bytes, ElementsAreArray(unit)) << room;
  }
}

}  // namespace
}  // namespace ms::rtp
