#include "server/rpc/object_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/rpc/fake_classes.h"

namespace ms::rpc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct NoEvents final : model::EventSink {
  void onEvent(const std::string&, std::string_view, Json::Value) override {}
};

struct Fixture {
  model::ObjectPtr make(const std::string& id) {
    return std::make_shared<fake::Thing>(
        model::ObjectContext{id, fake::kElement, nullptr, loop, events, fake::noConfig()}, nullptr);
  }
  Loop loop{"test"};
  NoEvents events;
  ObjectDirectory directory;
};

TEST(ObjectDirectory, TakesABranchChildrenFirst) {
  Fixture f;
  for (const char* id : {"a", "a/b", "a/b/c", "ab", "a!"}) f.directory.add(f.make(id));
  EXPECT_THAT(f.directory.branch("a"), ElementsAre("a/b/c", "a/b", "a"));
  EXPECT_EQ(f.directory.take("a").size(), 3u);
  EXPECT_EQ(f.directory.find("a/b"), nullptr);
  EXPECT_EQ(f.directory.size(), 2u);
  EXPECT_THAT(f.directory.take("a"), IsEmpty());
}

TEST(ObjectDirectory, KeepsWhatIsPermanentAndDoesNotCallItAPipeline) {
  Fixture f;
  f.directory.addPermanent(f.make("manager"));
  f.directory.add(f.make("a"));
  f.directory.add(f.make("a/b"));
  EXPECT_THAT(f.directory.take("manager"), IsEmpty());
  EXPECT_EQ(f.directory.size(), 2u);
  ASSERT_EQ(f.directory.roots().size(), 1u);
  EXPECT_EQ(f.directory.roots()[0]->id(), "a");
}

TEST(ObjectDirectory, ReadsTheTreeFromIds) {
  EXPECT_THAT(lineageOf("a/b/c"), ElementsAre("a/b/c", "a/b", "a"));
  EXPECT_THAT(lineageOf("a"), ElementsAre("a"));
  EXPECT_EQ(rootOf("a/b/c"), "a");
  EXPECT_EQ(rootOf("a"), "a");
}

}  // namespace
}  // namespace ms::rpc
