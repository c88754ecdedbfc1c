#include "server/packet/srtp/hmac_sha1.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "server/packet/srtp/test_hex.h"

namespace ms::srtp {
namespace {

using ::testing::ElementsAreArray;

Bytes bytesOf(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// RFC 2202 §3, test cases 1 to 3.
TEST(HmacSha1, MakesTheDigestsOfRfc2202) {
  const std::vector<std::uint8_t> twenty_0b(20, 0x0b), twenty_aa(20, 0xaa), fifty_dd(50, 0xdd);

  EXPECT_THAT(HmacSha1(twenty_0b).digest(bytesOf("Hi There"), {}),
              ElementsAreArray(hex("b617318655057264e28bc0b6fb378c8ef146be00")));
  EXPECT_THAT(
      HmacSha1(bytesOf("Jefe")).digest(bytesOf("what do ya want "), bytesOf("for nothing?")),
      ElementsAreArray(hex("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")));
  EXPECT_THAT(HmacSha1(twenty_aa).digest(fifty_dd, {}),
              ElementsAreArray(hex("125d7342b9ac11cd91a39af48aa17b4f63f175d3")));
}

TEST(HmacSha1, KeepsItsKeyFromMessageToMessage) {
  const HmacSha1 hmac(bytesOf("Jefe"));
  const auto once = hmac.digest(bytesOf("one"), {});
  hmac.digest(bytesOf("another"), {});

  EXPECT_EQ(hmac.digest(bytesOf("one"), {}), once);
}

}  // namespace
}  // namespace ms::srtp
