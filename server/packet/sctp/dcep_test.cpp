#include "server/packet/sctp/dcep.h"

#include <gmock/gmock.h>

namespace ms::sctp {
namespace {

using testing::ElementsAre;
using enum Reliability::Policy;

std::vector<std::uint8_t> openOfType(std::uint8_t channel_type) {
  return {3, channel_type, 1, 0, 0, 0, 0, 7, 0, 1, 0, 2, 'l', 'p', '2'};
}

TEST(Dcep, WritesAnOpenAsTheRfcDrawsIt) {
  const ChannelParameters parameters{.label = "chat",
                                     .protocol = "v1",
                                     .ordered = false,
                                     .reliability = {.policy = MaxRetransmits, .limit = 3},
                                     .priority = 512};

  EXPECT_THAT(writeOpen(parameters),
              ElementsAre(3, 0x81, 2, 0, 0, 0, 0, 3, 0, 4, 0, 2, 'c', 'h', 'a', 't', 'v', '1'));
}

TEST(Dcep, ReadsWhatItWrites) {
  for (const bool ordered : {true, false})
    for (const auto policy : {Full, MaxRetransmits, MaxLifetime}) {
      const ChannelParameters parameters{
          .label = std::string(kMaxLabelBytes, 'x'),
          .protocol = "",
          .ordered = ordered,
          .reliability = {.policy = policy, .limit = policy == Full ? 0u : 65535u}};
      EXPECT_EQ(parseOpen(writeOpen(parameters)), parameters);
    }
}

TEST(Dcep, ReadsEachChannelType) {
  struct Row {
    std::uint8_t type;
    bool ordered;
    Reliability reliability;
  };
  for (const Row& row :
       {Row{0x00, true, {Full, 0}}, Row{0x80, false, {Full, 0}},
        Row{0x01, true, {MaxRetransmits, 7}}, Row{0x81, false, {MaxRetransmits, 7}},
        Row{0x02, true, {MaxLifetime, 7}}, Row{0x82, false, {MaxLifetime, 7}}}) {
    const auto parsed = parseOpen(openOfType(row.type));
    ASSERT_TRUE(parsed) << int{row.type};
    EXPECT_EQ(parsed->ordered, row.ordered);
    EXPECT_EQ(parsed->reliability, row.reliability);
    EXPECT_EQ(parsed->label, "l");
    EXPECT_EQ(parsed->protocol, "p2");
  }
}

TEST(Dcep, RefusesUnknownTypes) {
  EXPECT_EQ(parseOpen(openOfType(0x03)).error(), Drop::UnknownType);
  EXPECT_EQ(parseOpen(openOfType(0xc0)).error(), Drop::UnknownType);
  EXPECT_EQ(parseOpen(kAckMessage).error(), Drop::UnknownType);
  const std::uint8_t unknown[] = {9};
  EXPECT_EQ(dcepType(unknown).error(), Drop::UnknownType);
  EXPECT_EQ(dcepType({}).error(), Drop::TooShort);
}

TEST(Dcep, RefusesAnOpenThatIsCutShortAnywhere) {
  const auto whole = openOfType(0);
  ASSERT_TRUE(parseOpen(whole));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(parseOpen(Bytes(whole).first(size)).error(), Drop::TooShort) << size;
}

TEST(Dcep, RefusesALabelThatIsTooLongToKeep) {
  EXPECT_EQ(parseOpen(writeOpen({.label = std::string(kMaxLabelBytes + 1, 'x')})).error(),
            Drop::LabelTooLong);
  EXPECT_EQ(parseOpen(writeOpen({.protocol = std::string(kMaxLabelBytes + 1, 'x')})).error(),
            Drop::LabelTooLong);
}

}  // namespace
}  // namespace ms::sctp
