#include "server/model/descriptor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/model/object_fixture.h"

namespace ms::model {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Call bindNothing(const Json::Value&, ObjectResolver&) { return {}; }
Call bindOther(const Json::Value&, ObjectResolver&) { return {}; }

constexpr Method kAnimalMethods[] = {{"eat", bindNothing}, {"sleep", bindNothing}};
constexpr std::string_view kAnimalEvents[] = {"Woken"};
constexpr Method kDogMethods[] = {{"bark", bindNothing}, {"eat", bindOther}};
constexpr std::string_view kDogEvents[] = {"Barked"};

constexpr ClassDescriptor kAnimal = {.name = "Animal",
                                     .qualified_name = "zoo.Animal",
                                     .module = "zoo",
                                     .base = nullptr,
                                     .is_abstract = true,
                                     .methods = kAnimalMethods,
                                     .events = kAnimalEvents,
                                     .bind_constructor = nullptr};
constexpr ClassDescriptor kDog = {.name = "Dog",
                                  .qualified_name = "zoo.Dog",
                                  .module = "zoo",
                                  .base = &kAnimal,
                                  .is_abstract = false,
                                  .methods = kDogMethods,
                                  .events = kDogEvents,
                                  .bind_constructor = nullptr};
constexpr ClassDescriptor kOtherDog = {.name = "Dog",
                                       .qualified_name = "farm.Dog",
                                       .module = "farm",
                                       .base = nullptr,
                                       .is_abstract = false,
                                       .methods = {},
                                       .events = {},
                                       .bind_constructor = nullptr};
constexpr const ClassDescriptor* kZooClasses[] = {&kAnimal, &kDog};
constexpr ModuleDescriptor kZoo = {"zoo", "1.0", "today", "{}", kZooClasses};
constexpr const ClassDescriptor* kFarmClasses[] = {&kOtherDog};
constexpr ModuleDescriptor kFarm = {"farm", "1.0", "today", "{}", kFarmClasses};

Factory makeNothing() {
  return [](ObjectContext, const std::any&) { return ObjectPtr(); };
}

TEST(ClassDescriptor, FindsMethodsOfItsBasesToo) {
  EXPECT_EQ(kDog.findMethod("bark")->name, "bark");
  EXPECT_EQ(kDog.findMethod("sleep")->name, "sleep");
  EXPECT_EQ(kDog.findMethod("fly"), nullptr);
  EXPECT_EQ(kAnimal.findMethod("bark"), nullptr);
}

TEST(ClassDescriptor, PrefersItsOwnMethod) {
  EXPECT_EQ(kDog.findMethod("eat")->bind, &bindOther);
  EXPECT_EQ(kAnimal.findMethod("eat")->bind, &bindNothing);
}

TEST(ClassDescriptor, HasEventsOfItsBasesToo) {
  EXPECT_TRUE(kDog.hasEvent("Barked"));
  EXPECT_TRUE(kDog.hasEvent("Woken"));
  EXPECT_FALSE(kAnimal.hasEvent("Barked"));
}

TEST(ClassDescriptor, NamesItsAncestorsNearestFirst) {
  EXPECT_THAT(kDog.hierarchy(), ElementsAre("zoo.Animal"));
  EXPECT_THAT(kAnimal.hierarchy(), IsEmpty());
}

TEST(ClassDescriptor, IsAllItsAncestors) {
  EXPECT_TRUE(kDog.isA("zoo.Dog"));
  EXPECT_TRUE(kDog.isA("zoo.Animal"));
  EXPECT_FALSE(kAnimal.isA("zoo.Dog"));
}

TEST(ModuleRegistry, FindsClassesByBothNames) {
  ModuleRegistry modules;
  modules.addModule(kZoo);
  EXPECT_EQ(modules.findClass("Dog"), &kDog);
  EXPECT_EQ(modules.findClass("zoo.Dog"), &kDog);
  EXPECT_EQ(modules.findClass("farm.Dog"), nullptr);
  EXPECT_EQ(modules.findClass("dog"), nullptr);
  EXPECT_EQ(modules.findClass(""), nullptr);
}

TEST(ModuleRegistry, LeavesAShortNameToTheFirstModule) {
  ModuleRegistry modules;
  modules.addModule(kZoo);
  modules.addModule(kFarm);
  EXPECT_EQ(modules.findClass("Dog"), &kDog);
  EXPECT_EQ(modules.findClass("farm.Dog"), &kOtherDog);
  EXPECT_THAT(modules.modules(), ElementsAre(&kZoo, &kFarm));
}

TEST(ModuleRegistry, CreatesOnlyClassesThatAreNotAbstract) {
  ModuleRegistry modules;
  modules.addModule(kZoo);
  EXPECT_EQ(modules.findFactory(kDog), nullptr);

  modules.addFactory(kDog, makeNothing());
  modules.addFactory(kAnimal, makeNothing());

  EXPECT_NE(modules.findFactory(kDog), nullptr);
  EXPECT_EQ(modules.findFactory(kAnimal), nullptr);
  EXPECT_THAT(modules.factoriesOf(kZoo), ElementsAre("Dog"));
}

}  // namespace
}  // namespace ms::model
