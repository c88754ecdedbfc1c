#include "server/rpc/resource_guard.h"

#include <gtest/gtest.h>

#include "server/model/api_error.h"

namespace ms::rpc {
namespace {

constexpr Timestamp kStart{};

std::string refusal(ResourceUse use, double share) {
  ResourceGuard guard({.exception_limit = share}, [use] { return use; });
  try {
    guard.checkRoom(kStart);
    return "";
  } catch (const model::ApiError& error) {
    EXPECT_EQ(error.code(), model::ErrorCode::NotEnoughResources);
    return error.what();
  }
}

TEST(ResourceGuard, RefusesAboveItsShareOfTheLimits) {
  EXPECT_EQ(refusal({80, 100, 80, 100}, 0.8), "");
  EXPECT_EQ(refusal({81, 100, 0, 100}, 0.8), "Reached KMS threads limit: 80");
  EXPECT_EQ(refusal({0, 100, 81, 100}, 0.8), "Reached KMS files limit: 80");
}

TEST(ResourceGuard, DoesNotCountWhatIsUnlimitedOrNotWatched) {
  EXPECT_EQ(refusal({1000, {}, 1000, {}}, 0.8), "");
  EXPECT_EQ(refusal({1000, 100, 1000, 100}, 1), "");
}

TEST(ResourceGuard, CountsOnceForABurst) {
  int probes = 0;
  ResourceGuard guard({}, [&] {
    ++probes;
    return ResourceUse{};
  });
  guard.checkRoom(kStart);
  guard.checkRoom(kStart + ResourceGuard::kProbeInterval - Duration(1));
  EXPECT_EQ(probes, 1);
  guard.checkRoom(kStart + ResourceGuard::kProbeInterval);
  EXPECT_EQ(probes, 2);
}

TEST(ResourceGuard, AsksForTheEndOnlyWithAKillLimit) {
  const auto probe = [] { return ResourceUse{90, 100, 0, 100}; };
  EXPECT_FALSE(ResourceGuard({}, probe).shouldEnd(kStart));
  EXPECT_TRUE(ResourceGuard({.kill_limit = 0.7}, probe).shouldEnd(kStart));
  EXPECT_FALSE(ResourceGuard({.kill_limit = 0.95}, probe).shouldEnd(kStart));
}

TEST(ResourceGuard, ReadsThisProcess) {
  const ResourceUse use = probeResources();
  EXPECT_GE(use.threads, 1u);
  EXPECT_GE(use.files, 3u);
}

}  // namespace
}  // namespace ms::rpc
