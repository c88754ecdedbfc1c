#include "server/packet/stun/username.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ms::stun {
namespace {

std::vector<std::uint8_t> message(std::string_view type, std::string_view attributes) {
  std::string bytes(type);
  bytes += std::string("\x00", 1) + static_cast<char>(attributes.size()) + "\x21\x12\xa4\x42";
  bytes += "transaction!";
  bytes += attributes;
  return {bytes.begin(), bytes.end()};
}
const std::string kRequest("\x00\x01", 2), kResponse("\x01\x01", 2), kIndication("\x00\x11", 2);
// PRIORITY, then USERNAME "us:them" padded to 8 bytes.
const std::string kAttributes("\x00\x24\x00\x04\x6e\x00\x1e\xff\x00\x06\x00\x07us:them\x00", 20);

TEST(StunUsername, IsFoundBehindOtherAttributes) {
  EXPECT_EQ(usernameOf(message(kRequest, kAttributes)), "us:them");
}

TEST(StunUsername, IsNoneWhereTheMessageEndsBeforeIt) {
  const auto whole = message(kRequest, kAttributes);
  for (std::size_t size = 0; size < whole.size() - 1; ++size)
    EXPECT_EQ(usernameOf(Bytes(whole).first(size)), "") << size;
}

TEST(StunUsername, IsNoneInWhatIsNotStun) {
  auto bytes = message(kRequest, kAttributes);
  bytes[4] ^= 1;
  EXPECT_EQ(usernameOf(bytes), "");
  EXPECT_FALSE(isStunMessage(bytes));
  EXPECT_EQ(usernameOf({}), "");
}

TEST(StunUsername, BelongsToAnAgentByItsFirstHalf) {
  EXPECT_TRUE(isAddressedTo("us:them", "us"));
  EXPECT_FALSE(isAddressedTo("us:them", "u"));
  EXPECT_FALSE(isAddressedTo("us:them", "them"));
  EXPECT_FALSE(isAddressedTo("us", "us"));
  EXPECT_FALSE(isAddressedTo(":them", ""));
}

TEST(StunUsername, IsOfRequestsAlone) {
  EXPECT_TRUE(isRequest(message(kRequest, {})));
  EXPECT_FALSE(isRequest(message(kResponse, {})));
  EXPECT_FALSE(isRequest(message(kIndication, {})));
}

}  // namespace
}  // namespace ms::stun
