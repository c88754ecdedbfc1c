#include "server/packet/rtcp/transport_cc_writer.h"

#include <gtest/gtest.h>

#include <vector>

#include "server/packet/rtcp/test_message.h"
#include "server/packet/rtcp/transport_cc_view.h"

namespace ms::rtcp {
namespace {

using Arrivals = std::vector<TransportCcArrival>;

constexpr TransportCcHeader kHeader{.sender = Ssrc(1),
                                    .media = Ssrc(2),
                                    .base_sequence = 65534,
                                    .reference_time = -1,
                                    .feedback_count = 9};

Arrivals read(const TestMessage& message) {
  const auto view = TransportCcView::parse(message.packet());
  if (!view) return {};
  Arrivals arrivals;
  Duration at{};
  view->forEach([&](std::uint16_t, std::optional<Duration> delta) {
    if (delta) at += *delta;
    arrivals.push_back(delta ? static_cast<TransportCcArrival>(at / TransportCcView::kDeltaUnit)
                             : kNotArrived);
  });
  return arrivals;
}

std::vector<std::uint8_t> bytesOf(const TestMessage& message) {
  return {message.bytes().begin(), message.bytes().end()};
}

TEST(TransportCcWriter, WritesHeaderChunkAndDeltas) {
  TestMessage message;

  EXPECT_EQ(writeTransportCc(message.out(), kHeader, Arrivals{4, 12}), 2u);

  const std::vector<std::uint8_t> expected = {
      0x8f, 205,  0, 5, 0,    0,    0,    1,  // Length 6 words, sender 1
      0,    0,    0, 2,                       // media 2
      0xff, 0xfe, 0, 2, 0xff, 0xff, 0xff, 9,  // base 65534, 2 packets, time -1, feedback 9
      0x20, 0x02, 4, 8};                      // run of 2 small deltas: 4, 8
  EXPECT_EQ(bytesOf(message), expected);
}

TEST(TransportCcWriter, WritesABitVectorForSingleLosses) {
  TestMessage message;

  EXPECT_EQ(writeTransportCc(message.out(), kHeader, Arrivals{0, kNotArrived, 3}), 3u);

  const Bytes rest = message.bytes().subspan(20);
  EXPECT_EQ(loadBe16(rest, 0), 0xa800);  // 1 0 1
  EXPECT_EQ(rest[2], 0);
  EXPECT_EQ(rest[3], 3);
}

TEST(TransportCcWriter, WritesPairsOfBitsWhenPacketsChangedTheirOrder) {
  TestMessage message;

  EXPECT_EQ(writeTransportCc(message.out(), kHeader, Arrivals{300, 298, 299}), 3u);

  EXPECT_EQ(loadBe16(message.bytes(), 20), 0xe900);  // 2 2 1
  EXPECT_EQ(read(message), (Arrivals{300, 298, 299}));
}

TEST(TransportCcWriter, ReadsBackWhateverTheMixture) {
  const Arrivals some_of_each = [] {
    Arrivals arrivals;
    TransportCcArrival at = 0;
    for (int i = 0; i < 300; ++i) {
      at += i % 11 == 0 ? 400 : i % 13 == 0 ? -5 : i % 3;
      arrivals.push_back(i % 7 == 0 || (i > 100 && i < 140) ? kNotArrived : at);
    }
    return arrivals;
  }();
  const Arrivals cases[] = {Arrivals{7},
                            Arrivals(7, 1),
                            Arrivals(14, 1),
                            Arrivals(15, 1),
                            Arrivals{1, kNotArrived, kNotArrived, 32'767},
                            Arrivals{1, kNotArrived, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 900},
                            some_of_each};
  for (const Arrivals& arrivals : cases) {
    TestMessage message;
    EXPECT_EQ(writeTransportCc(message.out(), kHeader, arrivals), arrivals.size());
    EXPECT_EQ(read(message), arrivals);
  }
}

TEST(TransportCcWriter, StopsBeforeADeltaThatCannotBeSaid) {
  TestMessage message;
  EXPECT_EQ(writeTransportCc(message.out(), kHeader, Arrivals{0, 1, 40'000, 40'001}), 2u);
  EXPECT_EQ(read(message), (Arrivals{0, 1}));
}

TEST(TransportCcWriter, WritesAsManyAsThereIsRoomFor) {
  const Arrivals arrivals(500, 1);
  for (std::size_t room = 0; room < 200; ++room) {
    std::vector<std::uint8_t> buffer(room);
    CompoundWriter out(buffer);
    const std::size_t written = writeTransportCc(out, kHeader, arrivals);
    EXPECT_EQ(written > 0, room >= 24) << room;
    if (written == 0) continue;
    const auto view = TransportCcView::parse(*PacketView::parse(out.datagram()));
    ASSERT_TRUE(view) << room;
    EXPECT_EQ(view->statusCount(), written);
  }
}

TEST(TransportCcWriter, WritesNothingOfNothing) {
  TestMessage message;
  EXPECT_EQ(writeTransportCc(message.out(), kHeader, {}), 0u);
  EXPECT_EQ(writeTransportCc(message.out(), kHeader, Arrivals{40'000}), 0u);
  EXPECT_TRUE(message.bytes().empty());
}

}  // namespace
}  // namespace ms::rtcp
