#include "server/config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <json/json.h>

#include <filesystem>
#include <fstream>

#include "server/base/uuid.h"
#include "server/config/config_error.h"

namespace ms::config {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

class LoadConfig : public testing::Test {
 protected:
  LoadConfig() : folder_(fs::temp_directory_path() / ("config-" + makeUuid())) {
    fs::create_directories(folder_);
    options_.config_file = folder_ / "kurento.conf.json";
  }
  ~LoadConfig() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }

  const fs::path folder_;
  StartOptions options_;
};

TEST_F(LoadConfig, KeepsDefaultsWithoutAFile) {
  options_.config_file.reset();
  options_.modules_config_path = std::vector<std::string>{};
  if (fs::exists(kDefaultConfigFile)) GTEST_SKIP() << "this machine has " << kDefaultConfigFile;

  const auto loaded = loadConfig(options_);

  EXPECT_EQ(loaded.config.websocket.port, 8888);
  EXPECT_THAT(loaded.files, IsEmpty());
  EXPECT_EQ(*loaded.config.modules, Json::Value(Json::objectValue));
}

TEST_F(LoadConfig, RefusesANamedFileThatIsNotThere) {
  EXPECT_THAT([&] { loadConfig(options_); },
              ThrowsMessage<ConfigError>(HasSubstr("kurento.conf.json: ")));
}

TEST_F(LoadConfig, TurnsThePlainPortOffWhenTheFileNamesNone) {
  write("kurento.conf.json", "{}");

  EXPECT_EQ(loadConfig(options_).config.websocket.port, 0);
}

TEST_F(LoadConfig, ReadsTheMainFileInEachFormat) {
  write("a.conf.json", R"({"mediaServer": {"net": {"websocket": {"port": 9001}}}})");
  write("a.conf.ini", "[mediaServer.net.websocket]\nport=9001\n");
  write("a.conf.info", "mediaServer { net { websocket { port 9001 } } }\n");
  write("a.conf.xml",
        "<mediaServer><net><websocket><port>9001</port></websocket></net></mediaServer>");
  for (const char* name : {"a.conf.json", "a.conf.ini", "a.conf.info", "a.conf.xml"}) {
    options_.config_file = folder_ / name;
    EXPECT_EQ(loadConfig(options_).config.websocket.port, 9001) << name;
  }
}

TEST_F(LoadConfig, MergesModuleFilesBesideTheMainFile) {
  write("kurento.conf.json", R"({"metadata": {"a": {"b": 1}}, "modules": {"kurento": {
    "WebRtcEndpoint": {"stunServerPort": "19302", "iceTcp": 1}, "UriEndpoint": {"x": "y"}}}})");
  write("modules/kurento/WebRtcEndpoint.conf.ini", "; none\nstunServerPort=3478\nmtu=1200\n");
  write("modules/kurento/SdpEndpoint.conf.json",
        R"({"//": "", "audioCodecs": [{"name": "opus/48000/2"}], "numAudioMedias": "1"})");
  write("modules/chroma/sub/Chroma.conf.info", "flag true\n");
  write("modules/kurento/Recorder.conf.xml", "<gapsFix>NONE</gapsFix>");
  write("modules/kurento/README", "not a configuration file");
  write("modules/kurento/.hidden.conf.ini", "a=b\n");

  const auto loaded = loadConfig(options_);

  const auto& modules = *loaded.config.modules;
  const std::string kurento = folder_ / "modules/kurento";
  EXPECT_EQ(modules["kurento"]["WebRtcEndpoint"]["stunServerPort"], 3478);
  EXPECT_EQ(modules["kurento"]["WebRtcEndpoint"]["iceTcp"], 1);
  EXPECT_EQ(modules["kurento"]["WebRtcEndpoint"]["mtu"], 1200);
  EXPECT_EQ(modules["kurento"]["WebRtcEndpoint"]["configPath"], kurento);
  EXPECT_EQ(modules["kurento"]["UriEndpoint"]["configPath"], folder_.string());
  EXPECT_EQ(modules["kurento"]["SdpEndpoint"]["audioCodecs"][0]["name"], "opus/48000/2");
  EXPECT_EQ(modules["kurento"]["SdpEndpoint"]["numAudioMedias"], 1);
  EXPECT_EQ(modules["kurento"]["Recorder"]["gapsFix"], "NONE");
  EXPECT_EQ(modules["chroma"]["sub"]["Chroma"]["flag"], true);
  EXPECT_EQ((*loaded.config.metadata)["a"]["b"], 1);
  EXPECT_EQ(loaded.files.size(), 5u);
  EXPECT_THAT(loaded.warnings, IsEmpty());
}

TEST_F(LoadConfig, LetsALaterFolderWin) {
  write("kurento.conf.json", "{}");
  write("a/kurento/X.conf.ini", "k=1\nonly_a=2\n");
  write("b/kurento/X.conf.ini", "k=3\n");
  options_.modules_config_path = {folder_ / "a", folder_ / "b", folder_ / "missing"};

  const auto loaded = loadConfig(options_);

  const auto& settings = (*loaded.config.modules)["kurento"]["X"];
  EXPECT_EQ(settings["k"], 3);
  EXPECT_EQ(settings["only_a"], 2);
  EXPECT_EQ(settings["configPath"], (folder_ / "b/kurento").string());
  EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("missing' does not exist")));
}

TEST_F(LoadConfig, ReadsTheFilesThatShipWithoutAWarningAndAsTheDefaultsAre) {
  options_.config_file = fs::absolute("server/config/files/kurento.conf.json");

  const auto loaded = loadConfig(options_);

  const ServerConfig defaults;
  EXPECT_THAT(loaded.warnings, IsEmpty());
  EXPECT_GT(loaded.files.size(), 5u);
  EXPECT_EQ(loaded.config.websocket.port, defaults.websocket.port);
  EXPECT_EQ(loaded.config.websocket.path, defaults.websocket.path);
  EXPECT_EQ(loaded.config.resources.exception_limit, defaults.resources.exception_limit);
  EXPECT_EQ(loaded.config.resources.kill_limit, defaults.resources.kill_limit);
  EXPECT_EQ(loaded.config.resources.garbage_collector_period,
            defaults.resources.garbage_collector_period);
  EXPECT_EQ((*loaded.config.modules)["kurento"]["SdpEndpoint"]["audioCodecs"].size(), 4u);
}

TEST_F(LoadConfig, NamesTheModuleFileThatIsBroken) {
  write("kurento.conf.json", "{}");
  write("modules/kurento/X.conf.json", "{");

  EXPECT_THAT([&] { loadConfig(options_); }, ThrowsMessage<ConfigError>(HasSubstr("X.conf.json")));
}

TEST_F(LoadConfig, RefusesMetadataThatIsNoTree) {
  write("kurento.conf.json", R"({"metadata": 7})");

  EXPECT_THAT([&] { loadConfig(options_); },
              ThrowsMessage<ConfigError>(HasSubstr("'metadata' is not a tree")));
}

}  // namespace
}  // namespace ms::config
