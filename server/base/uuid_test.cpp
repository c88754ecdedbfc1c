#include "server/base/uuid.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace ms {
namespace {

TEST(Uuid, IsVersionFourInLowerCase) {
  const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

  for (int i = 0; i < 100; ++i) EXPECT_TRUE(std::regex_match(makeUuid(), form));
}

TEST(Uuid, IsNeverGivenTwice) {
  std::set<std::string> seen;

  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(makeUuid()).second);
}

}  // namespace
}  // namespace ms
