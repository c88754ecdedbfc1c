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

TEST(CompoundView, AllowsPaddingInTheLastPacketOnly) {
  Datagram last = {0x80, 201, 0, 1, 0, 0, 0, 1, 0xa1, 203, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4};
  ASSERT_TRUE(CompoundView::parse(last));
  const PacketView bye = *PacketView::parse(Bytes(last).subspan(8));
  EXPECT_EQ(bye.body().size(), 4u);

  Datagram first = {0xa0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4, 0x81, 203, 0, 1, 0, 0, 0, 1};
  EXPECT_EQ(CompoundView::parse(first).error(), Drop::BadPadding);
}

TEST(CompoundView, RefusesPaddingThatDoesNotFit) {
  for (const std::uint8_t padding : {0, 1, 3, 8, 12, 255}) {
    Datagram datagram = {0xa0, 201, 0, 1, 0, 0, 0, padding};
    EXPECT_EQ(CompoundView::parse(datagram).error(), Drop::BadPadding) << int{padding};
  }
}

}  // namespace
}  // namespace ms::rtcp
