#include "server/model/object.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/model/object_fixture.h"

namespace ms::model {
namespace {

class Thing : public Object {
 public:
  using Object::Object;
  void raise(std::string_view type) { sendEvent(type, json("{'answer': 42}")); }
  int closings() const { return closings_; }

 private:
  void onClose() override { ++closings_; }
  int closings_ = 0;
};

TEST(Object, KnowsItsParentChildrenAndRoot) {
  ObjectFixture fixture;
  const auto root = fixture.make<Thing>("root", kThingClass, nullptr);
  const auto child = fixture.make<Thing>("child", kThingClass, root);
  const auto grandchild = fixture.make<Thing>("grandchild", kThingClass, child);

  EXPECT_EQ(root->parent(), nullptr);
  EXPECT_EQ(grandchild->parent(), child);
  EXPECT_EQ(grandchild->root(), root);
  EXPECT_EQ(root->root(), root);
  ASSERT_EQ(root->children().size(), 1u);
  EXPECT_EQ(root->children()[0].lock(), child);
}

TEST(Object, IsClosedOnceAndThenNoChildAnyMore) {
  ObjectFixture fixture;
  const auto root = fixture.make<Thing>("root", kThingClass, nullptr);
  const auto first = fixture.make<Thing>("first", kThingClass, root);
  const auto second = fixture.make<Thing>("second", kThingClass, root);

  first->close();
  first->close();

  EXPECT_TRUE(first->isClosed());
  EXPECT_EQ(first->closings(), 1);
  ASSERT_EQ(root->children().size(), 1u);
  EXPECT_EQ(root->children()[0].lock(), second);
}

TEST(Object, DoesNotKeepItsChildrenAlive) {
  ObjectFixture fixture;
  const auto root = fixture.make<Thing>("root", kThingClass, nullptr);
  fixture.make<Thing>("lost", kThingClass, root);

  fixture.forget("lost");
  fixture.make<Thing>("kept", kThingClass, root);

  ASSERT_EQ(root->children().size(), 1u);
  EXPECT_EQ(root->children()[0].lock()->id(), "kept");
}

TEST(Object, DoesNotKeepItsParentAlive) {
  ObjectFixture fixture;
  auto root = fixture.make<Thing>("root", kThingClass, nullptr);
  const auto child = fixture.make<Thing>("child", kThingClass, root);

  fixture.forget("root");
  root.reset();

  EXPECT_EQ(child->parent(), nullptr);
  EXPECT_EQ(child->root(), child);
  child->close();
}

TEST(Object, SendsEventsUnderItsId) {
  ObjectFixture fixture;
  const auto thing = fixture.make<Thing>("thing", kThingClass, nullptr);

  thing->raise("Happened");

  ASSERT_EQ(fixture.events().size(), 1u);
  EXPECT_EQ(fixture.events()[0].object_id, "thing");
  EXPECT_EQ(fixture.events()[0].type, "Happened");
  EXPECT_EQ(fixture.events()[0].data["answer"], 42);
}

TEST(ObjectTree, AttachesAChildOnce) {
  ObjectFixture fixture;
  const auto root = fixture.make<Thing>("root", kThingClass, nullptr);
  const auto child = fixture.make<Thing>("child", kThingClass, root);

  ObjectTree::attach(child);

  EXPECT_EQ(root->children().size(), 1u);
}

}  // namespace
}  // namespace ms::model
