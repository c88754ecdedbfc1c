#include "server/packet/rtp/av1_obu.h"

#include <gmock/gmock.h>

#include <vector>

namespace ms::rtp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Octets = std::vector<std::uint8_t>;

TEST(Av1Obu, EndsWhereItsSizeSays) {
  // A sequence header of 2 bytes, then a frame with temporal layer 1 of 1 byte.
  const Octets stream = {0x0a, 2, 0xaa, 0xbb, 0x36, 0x20, 1, 0xcc};
  Bytes rest(stream);
  const auto first = Obu::take(rest);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->type(), ObuType::SequenceHeader);
  EXPECT_THAT(first->payload, ElementsAre(0xaa, 0xbb));

  const auto second = Obu::take(rest);
  ASSERT_TRUE(second);
  EXPECT_THAT(second->header, ElementsAre(0x36, 0x20));
  EXPECT_THAT(second->payload, ElementsAre(0xcc));
  EXPECT_THAT(rest, IsEmpty());
}

TEST(Av1Obu, WithoutASizeIsAllThatIsThere) {
  const Octets element = {0x08, 1, 2, 3};
  Bytes rest(element);
  const auto obu = Obu::take(rest);
  ASSERT_TRUE(obu);
  EXPECT_THAT(obu->payload, ElementsAre(1, 2, 3));
  EXPECT_EQ(obu->bytes(), 4u);
  EXPECT_THAT(rest, IsEmpty());
}

TEST(Av1Obu, RefusesWhatIsCutShortOrForbidden) {
  for (const Octets& bytes : {Octets{}, Octets{0x88}, Octets{0x0c}, Octets{0x0a},
                              Octets{0x0a, 0x80}, Octets{0x0a, 2, 1}}) {
    Bytes rest(bytes);
    EXPECT_FALSE(Obu::take(rest)) << testing::PrintToString(bytes);
  }
}

TEST(Av1Obu, IsLeftOutOfPacketsWhenItDelimitsOrListsTiles) {
  const auto is_left_out = [](std::uint8_t header) {
    const Octets bytes = {header};
    Bytes rest(bytes);
    return Obu::take(rest)->isLeftOut();
  };
  EXPECT_TRUE(is_left_out(2 << 3));
  EXPECT_TRUE(is_left_out(8 << 3));
  EXPECT_FALSE(is_left_out(6 << 3));
}

TEST(Av1Obu, WritesItsSizeBehindTheExtension) {
  const Octets header = {0x34, 0x20}, payload(200, 7);
  Octets written;
  appendSized(written, {.header = header, .payload = payload});
  EXPECT_THAT(Bytes(written).first(4), ElementsAre(0x36, 0x20, 0xc8, 0x01));
  EXPECT_EQ(written.size(), 204u);
}

TEST(Leb128, IsReadAsItIsWritten) {
  for (const std::size_t value :
       {std::size_t{0}, std::size_t{127}, std::size_t{128}, std::size_t{16383}, std::size_t{16384},
        std::size_t{UINT32_MAX}}) {
    Octets written;
    appendLeb128(written, value);
    EXPECT_EQ(written.size(), leb128Bytes(value));
    Bytes rest(written);
    EXPECT_EQ(takeLeb128(rest).value(), value);
    EXPECT_THAT(rest, IsEmpty());
  }
}

TEST(Leb128, RefusesWhatHasNoEndOrIsTooLarge) {
  for (const Octets& bytes :
       {Octets{}, Octets{0x80}, Octets(9, 0x80), Octets{0x80, 0x80, 0x80, 0x80, 0x10}}) {
    Bytes rest(bytes);
    EXPECT_FALSE(takeLeb128(rest)) << testing::PrintToString(bytes);
  }
}

}  // namespace
}  // namespace ms::rtp
