#include "server/packet/rtcp/nack.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "server/packet/rtcp/test_message.h"

namespace ms::rtcp {
namespace {

using rtp::SequenceNumber;

std::vector<SequenceNumber> numbersOf(const std::vector<int>& values) {
  std::vector<SequenceNumber> numbers;
  for (const int value : values)
    numbers.push_back(SequenceNumber(static_cast<std::uint16_t>(value)));
  return numbers;
}

std::vector<int> readNumbers(const NackView& view) {
  std::vector<int> values;
  view.forEach([&](SequenceNumber number) { values.push_back(*number); });
  return values;
}

TEST(Nack, PutsUpTo17NumbersIntoOneEntry) {
  TestMessage message;
  EXPECT_EQ(writeNack(message.out(), Ssrc(1), Ssrc(2), numbersOf({100, 101, 116})), 3u);

  const std::vector<std::uint8_t> expected = {0x81, 205, 0, 3, 0, 0,   0,    1,
                                              0,    0,   0, 2, 0, 100, 0x80, 0x01};
  EXPECT_EQ(std::vector<std::uint8_t>(message.bytes().begin(), message.bytes().end()), expected);
}

TEST(Nack, ReadsTheNumbersItWrote) {
  const std::vector<int> cases[] = {
      {5}, {5, 22}, {1, 2, 3, 17, 18, 40}, {65530, 65535, 0, 1, 20}, {0, 16}, {0, 17}};
  for (const auto& values : cases) {
    TestMessage message;
    ASSERT_EQ(writeNack(message.out(), Ssrc(1), Ssrc(2), numbersOf(values)), values.size());
    const auto view = NackView::parse(message.packet());
    ASSERT_TRUE(view);
    EXPECT_EQ(view->sender(), Ssrc(1));
    EXPECT_EQ(view->media(), Ssrc(2));
    EXPECT_EQ(readNumbers(*view), values);
  }
}

TEST(Nack, WritesAsManyAsThereIsRoomFor) {
  std::array<std::uint8_t, 20> buffer;
  CompoundWriter out(buffer);
  EXPECT_EQ(writeNack(out, Ssrc(1), Ssrc(2), numbersOf({0, 1, 100, 101, 200, 300})), 4u);
  EXPECT_EQ(writeNack(out, Ssrc(1), Ssrc(2), numbersOf({200})), 0u);
  EXPECT_EQ(out.datagram().size(), 20u);
}

TEST(Nack, WritesNothingForNoNumbers) {
  TestMessage message;
  EXPECT_EQ(writeNack(message.out(), Ssrc(1), Ssrc(2), {}), 0u);
  EXPECT_TRUE(message.bytes().empty());
}

TEST(Nack, RefusesToBeWithoutEntries) {
  const std::uint8_t bytes[] = {0x81, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2};
  EXPECT_EQ(NackView::parse(*PacketView::parse(bytes)).error(), Drop::TooShort);
}

}  // namespace
}  // namespace ms::rtcp
