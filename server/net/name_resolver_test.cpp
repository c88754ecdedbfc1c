#include "server/net/name_resolver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <memory>

namespace ms::net {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);
using Addresses = std::vector<std::string>;

class NameResolverTest : public testing::Test {
 protected:
  ~NameResolverTest() override {
    onLoop([this] { resolver.reset(); });
  }

  void onLoop(Task task) { loop.runAndWait(std::move(task)); }
  void start(NameResolver::Lookup lookup) {
    onLoop([&] { resolver = std::make_unique<NameResolver>(loop, std::move(lookup)); });
  }
  std::future<Addresses> resolve(std::string name) {
    std::promise<Addresses> promise;
    auto future = promise.get_future();
    onLoop([&] {
      resolver->resolve(std::move(name), [this, told = std::move(promise)](auto found) mutable {
        EXPECT_TRUE(loop.isHere());
        told.set_value(std::move(found));
      });
    });
    return future;
  }

  Loop loop{"test"};
  std::unique_ptr<NameResolver> resolver;
};

TEST_F(NameResolverTest, TellsOnItsLoopWhatWasFound) {
  start([](const std::string& name) {
    return name == "known" ? Addresses{"192.0.2.1", "2001:db8::1"} : Addresses{};
  });

  EXPECT_EQ(resolve("known").get(), (Addresses{"192.0.2.1", "2001:db8::1"}));
  EXPECT_EQ(resolve("unknown").get(), Addresses{});
}

TEST_F(NameResolverTest, AsksTheSystem) {
  start(NameResolver::systemLookup);

  const auto found = resolve("localhost").get();

  EXPECT_TRUE(std::ranges::any_of(
      found, [](const auto& address) { return address == "127.0.0.1" || address == "::1"; }));
}

TEST_F(NameResolverTest, LetsTheLoopGoOnAndFindsNothingBeyondItsLimit) {
  std::promise<void> go_on;
  start([answer = go_on.get_future().share()](const std::string&) {
    answer.wait();
    return Addresses{"192.0.2.1"};
  });
  std::vector<std::future<Addresses>> asked;

  // One is with the thread or will be, the others wait for it.
  for (std::size_t i = 0; i < NameResolver::kMaxWaiting + 2; ++i) asked.push_back(resolve("name"));
  EXPECT_EQ(asked.back().get(), Addresses{});
  asked.pop_back();
  go_on.set_value();

  const auto found = std::ranges::count_if(
      asked, [](auto& future) { return future.get() == Addresses{"192.0.2.1"}; });
  EXPECT_GE(static_cast<std::size_t>(found), NameResolver::kMaxWaiting);
}

TEST_F(NameResolverTest, DoesNotWaitForALookWhenItEnds) {
  auto go_on = std::make_shared<std::promise<void>>();
  auto has_begun = std::make_shared<std::promise<void>>();
  auto began = has_begun->get_future();
  start([go_on, has_begun](const std::string&) {
    has_begun->set_value();
    go_on->get_future().wait();
    return Addresses{};
  });
  auto answer = resolve("name");
  ASSERT_EQ(began.wait_for(kPatience), std::future_status::ready);

  onLoop([this] { resolver.reset(); });
  go_on->set_value();

  EXPECT_THROW(answer.get(), std::future_error);  // Never told: its promise is gone.
}

}  // namespace
}  // namespace ms::net
