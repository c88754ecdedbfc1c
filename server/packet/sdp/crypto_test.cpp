#include "server/packet/sdp/crypto.h"

#include <gtest/gtest.h>

#include <numeric>

namespace ms::sdp {
namespace {

// The bytes 1, 2, 3, ... 30 and ... 46.
const std::string kKey30 = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0e";
const std::string kKey46 = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLg==";

std::vector<std::uint8_t> counting(std::size_t bytes) {
  std::vector<std::uint8_t> key(bytes);
  std::iota(key.begin(), key.end(), std::uint8_t{1});
  return key;
}

TEST(Crypto, IsWrittenAsItWasRead) {
  for (const std::string& text :
       {"1 AES_CM_128_HMAC_SHA1_80 inline:" + kKey30, "7 AES_CM_128_HMAC_SHA1_32 inline:" + kKey30,
        "1 AES_256_CM_HMAC_SHA1_80 inline:" + kKey46,
        "999999999 AES_256_CM_HMAC_SHA1_32 inline:" + kKey46}) {
    const auto crypto = parseCrypto(text);

    ASSERT_TRUE(crypto) << text;
    EXPECT_EQ(crypto->key, counting(masterKeyBytes(crypto->suite)));
    EXPECT_EQ(write(*crypto), text);
  }
}

TEST(Crypto, TakesALifetimeAndAWindowHint) {
  EXPECT_EQ(
      parseCrypto("2 AES_CM_128_HMAC_SHA1_80 inline:" + kKey30 + "|2^31 WSH=256"),
      (CryptoParameters{.tag = 2, .suite = CryptoSuite::AesCm128HmacSha1_80, .key = counting(30)}));
}

TEST(Crypto, RefusesWhatItWouldNotDoAsAsked) {
  const std::string good = "1 AES_CM_128_HMAC_SHA1_80 inline:" + kKey30;
  for (const std::string& text :
       {good + "|2^31|1:4", good + "|1:4", good + ";inline:" + kKey30, good + " KDR=1",
        good + " UNENCRYPTED_SRTP", good + " UNAUTHENTICATED_SRTP",
        "1 AES_CM_128_HMAC_SHA1_80 inline:" + kKey46, "1 AES_256_CM_HMAC_SHA1_80 inline:" + kKey30,
        "1 F8_128_HMAC_SHA1_80 inline:" + kKey30})
    EXPECT_FALSE(parseCrypto(text)) << text;
}

TEST(Crypto, RefusesWhatHasNotItsForm) {
  for (const std::string& text :
       {std::string(), std::string("1"), std::string("1 AES_CM_128_HMAC_SHA1_80"),
        "1 AES_CM_128_HMAC_SHA1_80 " + kKey30, "x AES_CM_128_HMAC_SHA1_80 inline:" + kKey30,
        "1000000000 AES_CM_128_HMAC_SHA1_80 inline:" + kKey30,
        "1 AES_CM_128_HMAC_SHA1_80 inline:" + kKey30.substr(1) + '-',
        std::string("1 AES_CM_128_HMAC_SHA1_80 inline:")})
    EXPECT_FALSE(parseCrypto(text)) << text;
}

TEST(Crypto, IsTheFirstOfASectionWithTheSuite) {
  Section section;
  section.addAttribute("crypto", "1 AES_256_CM_HMAC_SHA1_80 inline:" + kKey46);
  section.addAttribute("crypto", "2 AES_CM_128_HMAC_SHA1_80 inline:short");
  section.addAttribute("crypto", "3 AES_CM_128_HMAC_SHA1_80 inline:" + kKey30);
  section.addAttribute("crypto", "4 AES_CM_128_HMAC_SHA1_80 inline:" + kKey30);

  EXPECT_EQ(cryptoOf(section, CryptoSuite::AesCm128HmacSha1_80)->tag, 3u);
  EXPECT_FALSE(cryptoOf(section, CryptoSuite::AesCm128HmacSha1_32));
}

}  // namespace
}  // namespace ms::sdp
