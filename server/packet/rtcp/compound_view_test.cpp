#include "server/packet/rtcp/compound_view.h"

#include <gtest/gtest.h>

#include <vector>

namespace ms::rtcp {
namespace {

using Datagram = std::vector<std::uint8_t>;

// An empty RR of SSRC 1, then a BYE of it.
const Datagram kReceiverReportAndBye = {0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 203, 0, 1, 0, 0, 0, 1};

TEST(CompoundView, GivesEachPacketInOrder) {
  const auto compound = CompoundView::parse(kReceiverReportAndBye);

  ASSERT_TRUE(compound);
  EXPECT_TRUE(compound->isFull());
  std::vector<PacketType> types;
  for (const PacketView packet : *compound) types.push_back(packet.type());
  EXPECT_EQ(types, (std::vector{PacketType::ReceiverReport, PacketType::Bye}));
}

TEST(CompoundView, AcceptsReducedSize) {
  // A PLI alone (RFC 5506).
  const Datagram pli = {0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2};

  const auto compound = CompoundView::parse(pli);

  ASSERT_TRUE(compound);
  EXPECT_FALSE(compound->isFull());
}

TEST(CompoundView, RefusesEveryPrefixThatEndsInsideAPacket) {
  for (std::size_t bytes = 0; bytes < kReceiverReportAndBye.size(); ++bytes)
    EXPECT_EQ(CompoundView::parse(Bytes(kReceiverReportAndBye).first(bytes)).has_value(),
              bytes == 8)
        << bytes;
}

TEST(CompoundView, RefusesALengthBeyondTheDatagram) {
  Datagram datagram = kReceiverReportAndBye;
  datagram[11] = 2;
  EXPECT_EQ(CompoundView::parse(datagram).error(), Drop::BadLength);
}

TEST(CompoundView, RefusesRestsThatAreNoPacket) {
  Datagram datagram = kReceiverReportAndBye;
  datagram.push_back(0x80);
  EXPECT_EQ(CompoundView::parse(datagram).error(), Drop::TooShort);
}

TEST(CompoundView, RefusesOtherVersionsAndTypes) {
  Datagram datagram = kReceiverReportAndBye;
  datagram[8] = 0x41;
  EXPECT_EQ(CompoundView::parse(datagram).error(), Drop::BadVersion);
  datagram = kReceiverReportAndBye;
  datagram[9] = 96;  // RTP.
  EXPECT_EQ(CompoundView::parse(datagram).error(), Drop::BadType);
}

TEST(CompoundView, LeavesPaddingOut) {
  const Datagram last = {0x80, 201, 0, 1, 0, 0, 0, 1, 0xa1, 203, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4};
  ASSERT_TRUE(CompoundView::parse(last));
  const PacketView bye = *PacketView::parse(Bytes(last).subspan(8));
  EXPECT_EQ(bye.body().size(), 4u);

  const Datagram first = {0xa0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4, 0x81, 203, 0, 1, 0, 0, 0, 1};
  EXPECT_TRUE(CompoundView::parse(first));
}

// As Chromium sends it: transport-wide feedback whose deltas end one to three bytes before a word.
TEST(CompoundView, TakesPaddingThatOnlyFillsTheLastWord) {
  const Datagram feedback = {0xaf, 0xcd, 0x00, 0x07, 0xfa, 0x17, 0xfa, 0x17, 0xe4, 0x92, 0x68,
                             0x12, 0x04, 0x38, 0x00, 0x16, 0x0a, 0x11, 0x99, 0x51, 0xa3, 0x80,
                             0x80, 0x40, 0x7b, 0x0b, 0x0d, 0x73, 0x11, 0x00, 0x00, 0x03};
  const auto compound = CompoundView::parse(feedback);
  ASSERT_TRUE(compound);
  EXPECT_EQ((*compound->begin()).body().size(), feedback.size() - PacketView::kHeaderBytes - 3);
}

// Whoever reads other types reads whole words.
TEST(CompoundView, RefusesPaddingOfLessThanAWordElsewhere) {
  const Datagram nack = {0xa1, 205, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2, 0, 9, 0, 0, 0, 9, 0, 1};
  EXPECT_EQ(CompoundView::parse(nack).error(), Drop::BadPadding);
}

TEST(CompoundView, RefusesPaddingThatDoesNotFit) {
  for (const std::uint8_t padding : {0, 1, 3, 8, 12, 255}) {
    const Datagram datagram = {0xa0, 201, 0, 1, 0, 0, 0, padding};
    EXPECT_EQ(CompoundView::parse(datagram).error(), Drop::BadPadding) << int{padding};
  }
}

}  // namespace
}  // namespace ms::rtcp
