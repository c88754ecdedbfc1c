// Loads real shared objects: the example plug-in, and broken ones that must be skipped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "modules/core/api.h"
#include "server/model/module_loader.h"
#include "server/model/object_fixture.h"

namespace ms::model {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const fs::path kGood = MS_PLUGINS;
const fs::path kBroken = MS_BROKEN_PLUGINS;

class PluginLoading : public ::testing::Test {
 protected:
  PluginLoading() {
    folder_ =
        fs::path(::testing::TempDir()) /
        ("plugins_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::create_directories(folder_);
    modules_.addModule(api::coreModule());
  }
  ~PluginLoading() override { fs::remove_all(folder_); }

  std::map<std::string, std::string> load(std::vector<fs::path> folders) {
    std::map<std::string, std::string> reasons;
    for (const PluginFailure& failure : loadPlugins(folders, modules_)) {
      reasons[failure.path.filename()] = failure.reason;
    }
    return reasons;
  }

  fs::path folder_;
  ModuleRegistry modules_;
};

TEST_F(PluginLoading, AddsTheModuleAndItsClass) {
  EXPECT_THAT(load({kGood}), IsEmpty());

  const ClassDescriptor* heartbeat = modules_.findClass("heartbeat.Heartbeat");
  ASSERT_NE(heartbeat, nullptr);
  EXPECT_EQ(heartbeat->base, &api::kMediaObjectClass);
  EXPECT_NE(modules_.findFactory(*heartbeat), nullptr);
  EXPECT_THAT(modules_.factoriesOf(*modules_.modules().back()), ElementsAre("Heartbeat"));
}

TEST_F(PluginLoading, ObjectsOfAPluginAreObjectsOfTheServer) {
  load({kGood});
  const ClassDescriptor& heartbeat = *modules_.findClass("Heartbeat");
  ObjectFixture objects;
  class Pipeline : public Object {
   public:
    using Object::Object;
  };
  objects.make<Pipeline>("pipeline", api::kMediaPipelineClass, nullptr);
  objects.loop().runAndWait([&] {
    const auto construction =
        heartbeat.bind_constructor(json("{'mediaPipeline': 'pipeline'}"), objects);
    const ObjectPtr object = (*modules_.findFactory(heartbeat))(
        objects.context("heart", heartbeat, construction.parent), construction.arguments);
    const auto call = [&](std::string_view method, const std::string& params) {
      Json::Value value;
      heartbeat.findMethod(method)->bind(json(params), objects)(
          *object, [&](Result result) { value = result.value(); });
      return value;
    };

    EXPECT_EQ(call("getPeriodMs", "{}"), 1000);
    EXPECT_EQ(call("beatNow", "{}"), 1);
    EXPECT_EQ(call("getName", "{}"), "heart");
    ASSERT_EQ(objects.events().size(), 1u);
    EXPECT_EQ(objects.events()[0].type, "Beat");
    object->close();
  });
}

TEST_F(PluginLoading, SkipsBrokenPluginsAndSaysWhy) {
  auto reasons = load({kBroken, kGood});

  EXPECT_EQ(reasons.size(), 4u);
  EXPECT_THAT(reasons["libkmsno_symbolmodule.so"], HasSubstr("ms_plugin"));
  EXPECT_THAT(reasons["libkmswrong_abimodule.so"], HasSubstr("plug-in interface 2"));
  EXPECT_THAT(reasons["libkmsunresolvedmodule.so"], HasSubstr("functionOfANewerServer"));
  EXPECT_EQ(reasons["libkmsthrowsmodule.so"], "no camera here");
  EXPECT_NE(modules_.findClass("heartbeat.Heartbeat"), nullptr);
}

TEST_F(PluginLoading, SkipsFilesThatAreNoSharedObjects) {
  std::ofstream(folder_ / "libkmsgarbagemodule.so") << "this is not ELF";
  std::ofstream(folder_ / "libkmsemptymodule.so");
  fs::create_directory(folder_ / "libkmsfoldermodule.so");
  fs::create_symlink(folder_ / "nowhere", folder_ / "libkmslinkmodule.so");

  EXPECT_EQ(load({folder_}).size(), 4u);
  EXPECT_EQ(modules_.modules().size(), 1u);
}

TEST_F(PluginLoading, LeavesOtherFilesAlone) {
  std::ofstream(folder_ / "libsomething.so") << "x";
  std::ofstream(folder_ / "libkmsheartbeatmodule.so.bak") << "x";
  std::ofstream(folder_ / "README") << "x";
  EXPECT_THAT(load({folder_}), IsEmpty());
}

TEST_F(PluginLoading, TellsOfAFolderThatIsNotThere) {
  const auto reasons = load({folder_ / "missing", kGood});
  EXPECT_EQ(reasons.size(), 1u);
  EXPECT_TRUE(reasons.contains("missing"));
  EXPECT_NE(modules_.findClass("Heartbeat"), nullptr);
}

TEST_F(PluginLoading, TriesALimitedNumberOfFiles) {
  for (std::size_t i = 0; i <= kMaxPlugins; ++i) {
    std::ofstream(folder_ / ("libkms" + std::to_string(i) + "module.so")) << "x";
  }
  const auto reasons = load({folder_});
  EXPECT_EQ(reasons.size(), kMaxPlugins + 1);
  EXPECT_THAT(reasons.at("libkms9module.so"), HasSubstr("more than 256"));
}

TEST(ParseModulesPath, SplitsAtColons) {
  EXPECT_THAT(parseModulesPath("/a:/b/c"), ElementsAre("/a", "/b/c"));
  EXPECT_THAT(parseModulesPath(":/a::/b:"), ElementsAre("/a", "/b"));
  EXPECT_THAT(parseModulesPath(""), IsEmpty());
}

}  // namespace
}  // namespace ms::model
