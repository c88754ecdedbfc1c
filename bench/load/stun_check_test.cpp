#include "bench/load/stun_check.h"

#include <gtest/gtest.h>

namespace ms::load {
namespace {

// The sample IPv4 response of RFC 5769 §2.2, without its SOFTWARE attribute, would carry this
// address: 192.0.2.1:32853, mapped to a147 and e112a643.
TEST(StunCheck, AnswersWithTheAddressOfTheRequest) {
  const TransactionId id = {0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae};
  sockaddr_in source{};
  source.sin_family = AF_INET;
  source.sin_port = htons(32853);
  source.sin_addr.s_addr = htonl(0xc0000201);
  const auto answer = writeCheckAnswer(id, source, "VOkJxbRl1RmTxUk/WvJxBt");
  const auto header = StunHeader::parse(answer);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->kind, StunKind::BindingSuccess);
  EXPECT_EQ(header->transaction, id);
  EXPECT_EQ(loadBe16(answer, 20), 0x0020);
  EXPECT_EQ(loadBe16(answer, 26), 0xa147);
  EXPECT_EQ(loadBe32(answer, 28), 0xe112a643u);
}

TEST(StunCheck, ARequestIsFramedAndEndsWithItsFingerprint) {
  const auto request =
      writeCheck({.transaction = {1}, .username = "abcd:efgh", .password = "secret"});
  EXPECT_EQ(loadBe16(request, 2) + 20u, request.size());
  EXPECT_EQ(loadBe16(request, request.size() - 8), 0x8028);
  EXPECT_EQ(StunHeader::parse(request)->kind, StunKind::BindingRequest);
}

TEST(StunCheck, NominationIsOneAttributeMore) {
  Check check{.transaction = {1}, .username = "abcd:efgh", .password = "secret"};
  const std::size_t plain = writeCheck(check).size();
  check.nomination = Nomination::Yes;
  EXPECT_EQ(writeCheck(check).size(), plain + 4);
}

TEST(StunCheck, WhatIsNoStunIsRefused) {
  EXPECT_FALSE(StunHeader::parse(std::vector<std::uint8_t>(19)));
  EXPECT_FALSE(StunHeader::parse(std::vector<std::uint8_t>(20)));
}

}  // namespace
}  // namespace ms::load
