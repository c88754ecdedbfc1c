#include "server/packet/ice/credentials.h"

#include <gtest/gtest.h>

#include <numeric>

namespace ms::ice {
namespace {

std::array<std::uint8_t, Credentials::kEntropyBytes> counting(std::uint8_t first) {
  std::array<std::uint8_t, Credentials::kEntropyBytes> bytes{};
  std::iota(bytes.begin(), bytes.end(), first);
  return bytes;
}

TEST(Credentials, AreMadeOfTheRandomBytesOneCharacterEach) {
  const auto credentials = Credentials::make(counting(0));

  EXPECT_EQ(credentials.ufrag, "ABCD");
  EXPECT_EQ(credentials.pwd, "EFGHIJKLMNOPQRSTUVWXYZ");
}

TEST(Credentials, AreValidWhateverTheRandomBytes) {
  for (int first = 0; first < 256; ++first) {
    const auto credentials = Credentials::make(counting(static_cast<std::uint8_t>(first)));

    EXPECT_TRUE(isValidUfrag(credentials.ufrag));
    EXPECT_TRUE(isValidPwd(credentials.pwd));
  }
}

TEST(Credentials, HaveLengthsOfTheRfc) {
  EXPECT_FALSE(isValidUfrag("abc"));
  EXPECT_TRUE(isValidUfrag("abcd"));
  EXPECT_TRUE(isValidUfrag(std::string(256, 'a')));
  EXPECT_FALSE(isValidUfrag(std::string(257, 'a')));
  EXPECT_FALSE(isValidPwd(std::string(21, 'a')));
  EXPECT_TRUE(isValidPwd(std::string(22, 'a')));
  EXPECT_TRUE(isValidPwd(std::string(256, 'a')));
  EXPECT_FALSE(isValidPwd(std::string(257, 'a')));
}

TEST(Credentials, HaveIceCharsOnly) {
  EXPECT_TRUE(isValidUfrag("aZ09+/"));
  for (const char bad : {'-', '_', '=', ' ', '\0', '\n', '\x80'})
    EXPECT_FALSE(isValidUfrag(std::string("abcd") + bad)) << static_cast<int>(bad);
}

}  // namespace
}  // namespace ms::ice
