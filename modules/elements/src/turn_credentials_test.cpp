#include "modules/elements/src/turn_credentials.h"

#include <gtest/gtest.h>

#include "modules/elements/src/turn_url.h"

namespace ms::elements {
namespace {

constexpr std::chrono::system_clock::time_point kUntil{std::chrono::seconds(1'700'086'400)};

// By: printf 1700086400 | openssl dgst -sha1 -hmac north -binary | base64
TEST(TurnCredentials, AreTheTimeOfTheirEndAndItsHash) {
  EXPECT_EQ(withTimeLimitedCredentials("192.0.2.1:3478?transport=tcp", "north", kUntil),
            "1700086400:K+RlgFj3QLvB7WAVHfjfgMgyBeA=@192.0.2.1:3478?transport=tcp");
}

TEST(TurnCredentials, AreReadBackFromTheUrl) {
  const auto server = parseTurnUrl(withTimeLimitedCredentials("192.0.2.1:3478", "north", kUntil));
  ASSERT_TRUE(server);
  EXPECT_EQ(server->user, "1700086400");
  EXPECT_EQ(server->password, "K+RlgFj3QLvB7WAVHfjfgMgyBeA=");
}

TEST(TurnCredentials, DependOnTheSecret) {
  EXPECT_NE(withTimeLimitedCredentials("192.0.2.1:3478", "north", kUntil),
            withTimeLimitedCredentials("192.0.2.1:3478", "south", kUntil));
}

TEST(TurnCredentials, LeaveAUserThatIsGivenAlone) {
  const std::string url = "me:secret@192.0.2.1:3478";
  EXPECT_EQ(withTimeLimitedCredentials(url, "north", kUntil), url);
}

}  // namespace
}  // namespace ms::elements
