#include "server/packet/stun/binding.h"

#include <gtest/gtest.h>

#include <vector>

namespace ms::stun {
namespace {

constexpr TransactionId kId = {0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34,
                               0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae};

std::vector<std::uint8_t> answer(std::uint16_t type, const std::vector<std::uint8_t>& attributes) {
  std::vector<std::uint8_t> bytes(kHeaderBytes);
  storeBe16(bytes, 0, type);
  storeBe16(bytes, 2, static_cast<std::uint16_t>(attributes.size()));
  storeBe32(bytes, 4, 0x2112A442);
  std::copy(kId.begin(), kId.end(), bytes.begin() + 8);
  bytes.insert(bytes.end(), attributes.begin(), attributes.end());
  return bytes;
}

// RFC 5769, section 2.2: 192.0.2.1 port 32853, and its SOFTWARE attribute.
const std::vector<std::uint8_t> kXorIpv4 = {0x00, 0x20, 0x00, 0x08, 0x00, 0x01,
                                            0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43};
const std::vector<std::uint8_t> kSoftware = {0x80, 0x22, 0x00, 0x0b, 't', 'e', 's', 't',
                                             ' ',  'v',  'e',  'c',  't', 'o', 'r', ' '};
// RFC 5769, section 2.3: 2001:db8:1234:5678:11:2233:4455:6677 port 32853.
const std::vector<std::uint8_t> kXorIpv6 = {0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xa1, 0x47,
                                            0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79,
                                            0xbc, 0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9};
// 192.0.2.1 port 32853 as it is.
const std::vector<std::uint8_t> kPlainIpv4 = {0x00, 0x01, 0x00, 0x08, 0x00, 0x01,
                                              0x80, 0x55, 192,  0,    2,    1};

MappedAddress expectedIpv4() { return {.bytes = {192, 0, 2, 1}, .port = 32853}; }

std::vector<std::uint8_t> joined(std::vector<std::uint8_t> first,
                                 const std::vector<std::uint8_t>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

TEST(StunBinding, WritesARequestWithoutAttributes) {
  const std::array<std::uint8_t, kHeaderBytes> expected = {0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xa4,
                                                           0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34,
                                                           0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae};
  EXPECT_EQ(writeBindingRequest(kId), expected);
}

TEST(StunBinding, ReadsTheExamplesOfRfc5769) {
  EXPECT_EQ(parseBindingAnswer(answer(0x0101, joined(kSoftware, kXorIpv4)), kId), expectedIpv4());
  const MappedAddress ipv6{.family = MappedAddress::Family::Ipv6,
                           .bytes = {0x20, 0x01, 0x0d, 0xb8, 0x12, 0x34, 0x56, 0x78, 0x00, 0x11,
                                     0x22, 0x33, 0x44, 0x55, 0x66, 0x77},
                           .port = 32853};
  EXPECT_EQ(parseBindingAnswer(answer(0x0101, kXorIpv6), kId), ipv6);
}

TEST(StunBinding, TakesThePlainAddressOfAnOldServer) {
  EXPECT_EQ(parseBindingAnswer(answer(0x0101, kPlainIpv4), kId), expectedIpv4());
}

TEST(StunBinding, PrefersTheMaskedAddressThatNoRouterRewrites) {
  auto other = kPlainIpv4;
  other.back() = 9;
  EXPECT_EQ(parseBindingAnswer(answer(0x0101, joined(other, kXorIpv4)), kId), expectedIpv4());
}

TEST(StunBinding, DropsWhatIsNotTheAnswer) {
  const auto good = answer(0x0101, kXorIpv4);
  const auto dropOf = [](const std::vector<std::uint8_t>& bytes, const TransactionId& id = kId) {
    return parseBindingAnswer(bytes, id).error();
  };
  EXPECT_EQ(dropOf({}), BindingDrop::NotStun);
  EXPECT_EQ(dropOf(std::vector<std::uint8_t>(20)), BindingDrop::NotStun);
  EXPECT_EQ(dropOf(good, TransactionId{}), BindingDrop::NotOurs);
  EXPECT_EQ(dropOf(answer(0x0001, kXorIpv4)), BindingDrop::NotOurs);
  EXPECT_EQ(dropOf(answer(0x0111, {})), BindingDrop::Error);
  EXPECT_EQ(dropOf(answer(0x0101, {})), BindingDrop::NoAddress);
  EXPECT_EQ(dropOf(answer(0x0101, kSoftware)), BindingDrop::NoAddress);
  EXPECT_EQ(dropOf(std::vector<std::uint8_t>(good.begin(), good.end() - 1)),
            BindingDrop::BadLength);
}

TEST(StunBinding, DropsAttributesThatReachBeyondTheMessageOrHaveAWrongLength) {
  auto long_attribute = kXorIpv4;
  long_attribute[3] = 12;
  EXPECT_EQ(parseBindingAnswer(answer(0x0101, long_attribute), kId).error(),
            BindingDrop::BadLength);
  auto family_of_longer = kXorIpv4;
  family_of_longer[5] = 2;
  EXPECT_EQ(parseBindingAnswer(answer(0x0101, family_of_longer), kId).error(),
            BindingDrop::NoAddress);
}

}  // namespace
}  // namespace ms::stun
