#include "server/base/base64.h"

#include <gtest/gtest.h>

namespace ms {
namespace {

std::vector<std::uint8_t> bytesOf(std::string_view text) { return {text.begin(), text.end()}; }

// RFC 4648 §10.
TEST(Base64, WritesAndReadsTheVectorsOfItsStandard) {
  for (const auto& [plain, encoded] :
       {std::pair("", ""), std::pair("f", "Zg=="), std::pair("fo", "Zm8="),
        std::pair("foo", "Zm9v"), std::pair("foob", "Zm9vYg=="), std::pair("fooba", "Zm9vYmE="),
        std::pair("foobar", "Zm9vYmFy")}) {
    EXPECT_EQ(writeBase64(bytesOf(plain)), encoded);
    EXPECT_EQ(parseBase64(encoded), bytesOf(plain)) << encoded;
  }
}

TEST(Base64, HasEveryByte) {
  std::vector<std::uint8_t> all(256);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(255 - i);

  EXPECT_EQ(parseBase64(writeBase64(all)), all);
}

TEST(Base64, ReadsTextWithoutItsPadding) {
  EXPECT_EQ(parseBase64("Zg"), bytesOf("f"));
  EXPECT_EQ(parseBase64("Zm8"), bytesOf("fo"));
}

TEST(Base64, RefusesWhatIsNotBase64) {
  for (const char* text :
       {"Z", "Zg=", "Zg===", "====", "Zm9v=", "Zm 9v", "Zm9-", "Zh", "Zm9", "=Zm9"})
    EXPECT_FALSE(parseBase64(text)) << text;
}

}  // namespace
}  // namespace ms
