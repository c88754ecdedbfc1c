#include "server/rpc/session_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/model/api_error.h"

namespace ms::rpc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(SessionTable, HoldsTheParentsOfWhatItHolds) {
  const RpcLimits limits;
  SessionTable sessions(limits);
  sessions.reference("s", "a/b/c");
  EXPECT_THAT(sessions.objectsOf("s"), ElementsAre("a", "a/b", "a/b/c"));
}

TEST(SessionTable, GivesWhatNobodyHoldsAnyMore) {
  const RpcLimits limits;
  SessionTable sessions(limits);
  sessions.reference("s", "a");
  sessions.reference("t", "a");
  EXPECT_THAT(sessions.release("s", {"a", "unknown"}), IsEmpty());
  EXPECT_THAT(sessions.release("s", {"a"}), IsEmpty());
  EXPECT_THAT(sessions.release("t", {"a"}), ElementsAre("a"));
  EXPECT_TRUE(sessions.has("t"));
}

TEST(SessionTable, ANewChildIsHeldByAllWhoHoldItsParent) {
  const RpcLimits limits;
  SessionTable sessions(limits);
  sessions.reference("s", "a");
  sessions.reference("t", "a");
  sessions.adopt("s", "a/b");
  EXPECT_THAT(sessions.end("s"), IsEmpty());
  EXPECT_THAT(sessions.end("t"), UnorderedElementsAre("a", "a/b"));
}

TEST(SessionTable, CollectsWhatWasNotTouchedSinceTheLastPass) {
  const RpcLimits limits;
  SessionTable sessions(limits);
  sessions.reference("s", "a");
  sessions.reference("t", "a");
  EXPECT_THAT(sessions.collectUnused(), IsEmpty());
  sessions.touch("s");
  sessions.touch("nobody");
  EXPECT_THAT(sessions.collectUnused(), ElementsAre("t"));
  EXPECT_EQ(sessions.size(), 2u);
}

TEST(SessionTable, AReferenceThatFindsNoRoomLeavesNoChildWithoutItsParent) {
  const RpcLimits limits{.objects_per_session = 1};
  SessionTable sessions(limits);
  EXPECT_THROW(sessions.reference("s", "a/b"), model::ApiError);
  EXPECT_THAT(sessions.objectsOf("s"), ElementsAre("a"));
}

}  // namespace
}  // namespace ms::rpc
