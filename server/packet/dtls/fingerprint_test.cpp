#include "server/packet/dtls/fingerprint.h"

#include <gtest/gtest.h>

namespace ms::dtls {
namespace {

const std::string kSha1 = "sha-1 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:FF";

TEST(Fingerprint, ParsesWhatItWrites) {
  const auto parsed = Fingerprint::parse(kSha1);

  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->hash(), HashFunction::Sha1);
  EXPECT_EQ(parsed->digest().size(), 20u);
  EXPECT_EQ(parsed->digest()[19], 0xff);
  EXPECT_EQ(parsed->toText(), kSha1);
}

TEST(Fingerprint, TakesTheNameAndTheDigitsInAnyCase) {
  std::string text = kSha1;
  for (char& c : text) c = static_cast<char>(std::tolower(c));
  EXPECT_EQ(Fingerprint::parse(text), Fingerprint::parse(kSha1));
  EXPECT_TRUE(Fingerprint::parse("SHA-1" + kSha1.substr(5)));
}

TEST(Fingerprint, RefusesUnknownHashesWrongLengthsAndOtherCharacters) {
  EXPECT_FALSE(Fingerprint::parse(""));
  EXPECT_FALSE(Fingerprint::parse("sha-1"));
  EXPECT_FALSE(Fingerprint::parse("md5 00:01"));
  EXPECT_FALSE(Fingerprint::parse("sha-256" + kSha1.substr(5)));
  EXPECT_FALSE(Fingerprint::parse(kSha1 + ":00"));
  EXPECT_FALSE(Fingerprint::parse(kSha1.substr(0, kSha1.size() - 1)));
  EXPECT_FALSE(Fingerprint::parse(kSha1.substr(0, kSha1.size() - 1) + "g"));
  std::string other_separator = kSha1;
  other_separator[8] = '-';
  EXPECT_FALSE(Fingerprint::parse(other_separator));
}

TEST(Fingerprint, IsNotMadeOfADigestOfWrongLength) {
  const std::uint8_t bytes[32] = {};
  EXPECT_TRUE(Fingerprint::make(HashFunction::Sha256, bytes));
  EXPECT_FALSE(Fingerprint::make(HashFunction::Sha1, bytes));
}

}  // namespace
}  // namespace ms::dtls
