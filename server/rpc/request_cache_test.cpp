#include "server/rpc/request_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ms::rpc {
namespace {

using Lookup = RequestCache::Lookup;
using testing::ElementsAre;

constexpr Timestamp kStart{};

struct Fixture {
  Lookup begin(const std::string& session, const std::string& id, Timestamp now = kStart) {
    RequestCache::OnReply on_reply = [this](const std::string& reply) { replies.push_back(reply); };
    return cache.begin(session, id, now, on_reply);
  }
  void store(const std::string& session, const std::string& id, const std::string& reply,
             Timestamp now = kStart) {
    ASSERT_EQ(begin(session, id, now), Lookup::IsNew);
    cache.finish(session, id, reply, now);
  }

  RpcLimits limits;
  RequestCache cache{limits};
  std::vector<std::string> replies;
};

TEST(RequestCache, GivesTheReplyOfTheFirstToARepeat) {
  Fixture f;
  f.store("s", "1", "reply");
  EXPECT_EQ(f.begin("s", "1"), Lookup::IsRepeat);
  EXPECT_THAT(f.replies, ElementsAre("reply"));
  EXPECT_EQ(f.begin("s", "2"), Lookup::IsNew);
  EXPECT_EQ(f.begin("s1", ""), Lookup::IsNew);
}

TEST(RequestCache, ARepeatWaitsForAReplyThatIsNotThereYet) {
  Fixture f;
  f.begin("s", "1");
  EXPECT_EQ(f.begin("s", "1"), Lookup::IsRepeat);
  EXPECT_TRUE(f.replies.empty());
  f.cache.finish("s", "1", "reply", kStart);
  EXPECT_THAT(f.replies, ElementsAre("reply"));
}

TEST(RequestCache, ForgetsAfterItsTime) {
  Fixture f;
  f.store("s", "1", "reply");
  EXPECT_EQ(f.begin("s", "1", kStart + f.limits.cached_reply_time - Duration(1)), Lookup::IsRepeat);
  EXPECT_EQ(f.begin("s", "1", kStart + f.limits.cached_reply_time), Lookup::IsNew);
  EXPECT_EQ(f.cache.bytes(), 0u);
}

TEST(RequestCache, DropsTheOldestAboveItsLimits) {
  Fixture f;
  f.limits.cached_replies = 2;
  f.store("s", "1", "reply");
  f.store("s", "2", "reply");
  f.store("s", "3", "reply");
  EXPECT_EQ(f.cache.size(), 2u);
  EXPECT_EQ(f.begin("s", "1"), Lookup::IsNew);
  EXPECT_EQ(f.begin("s", "3"), Lookup::IsRepeat);

  f.limits.cached_reply_bytes = 100;
  f.store("s", "4", std::string(1000, 'x'));
  EXPECT_EQ(f.cache.bytes(), 0u);
}

}  // namespace
}  // namespace ms::rpc
