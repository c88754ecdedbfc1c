#include "server/config/start_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "server/config/config_error.h"

namespace ms::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

StartOptions parse(std::vector<std::string> words, std::map<std::string, std::string> env = {}) {
  return parseStartOptions(words, [&](const char* name) -> std::optional<std::string> {
    const auto it = env.find(name);
    if (it == env.end()) return std::nullopt;
    return it->second;
  });
}

TEST(StartOptions, HaveTheDocumentedDefaults) {
  const auto options = parse({});

  EXPECT_EQ(options.action, Action::Run);
  EXPECT_FALSE(options.config_file);
  EXPECT_FALSE(options.modules_config_path);
  EXPECT_EQ(options.log.folder, "");
  EXPECT_EQ(options.log.file_size_mb, 100u);
  EXPECT_EQ(options.log.file_count, 10u);
  EXPECT_EQ(options.log.colours, ColourMode::OnTerminal);
  EXPECT_THAT(options.log.thresholds, ElementsAre(kDefaultThresholds));
}

TEST(StartOptions, ReadEveryFormOfAFlag) {
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"--conf-file=/a"}, {"--conf-file", "/a"}, {"-f", "/a"}, {"-f/a"}})
    EXPECT_EQ(parse(words).config_file, "/a") << words[0];
}

TEST(StartOptions, ReadEveryFlag) {
  const auto options =
      parse({"-p", "/m:/n", "-f", "/f", "-c", "/c::/d", "-d", "/l", "-s", "5", "-n", "3",
             "--gst-debug-no-color", "--gst-debug-level=3", "--gst-debug", "sdp:5"});

  EXPECT_THAT(options.modules_path, ElementsAre("/m", "/n"));
  EXPECT_EQ(options.config_file, "/f");
  EXPECT_THAT(options.modules_config_path.value(), ElementsAre("/c", "/d"));
  EXPECT_EQ(options.log.folder, "/l");
  EXPECT_EQ(options.log.file_size_mb, 5u);
  EXPECT_EQ(options.log.file_count, 3u);
  EXPECT_EQ(options.log.colours, ColourMode::Never);
  EXPECT_THAT(options.log.thresholds, ElementsAre("3", "sdp:5"));
  EXPECT_THAT(options.unknown, IsEmpty());
}

TEST(StartOptions, KnowWhatIsToBeShown) {
  EXPECT_EQ(parse({"-h"}).action, Action::Help);
  EXPECT_EQ(parse({"--version"}).action, Action::Version);
  EXPECT_EQ(parse({"-l", "-f", "/f"}).action, Action::List);
  EXPECT_EQ(parse({"--ping"}).action, Action::Ping);
}

TEST(StartOptions, ComeFromTheEnvironmentToo) {
  const auto options = parse({}, {{"KURENTO_MODULES_PATH", "/m"},
                                  {"KURENTO_CONF_FILE", "/f"},
                                  {"KURENTO_MODULES_CONFIG_PATH", "/c"},
                                  {"KURENTO_LOGS_PATH", "/l"},
                                  {"KURENTO_LOG_FILE_SIZE", "7"},
                                  {"KURENTO_NUMBER_LOG_FILES", "2"},
                                  {"GST_DEBUG", "3"},
                                  {"GST_DEBUG_NO_COLOR", "1"},
                                  {"GST_DEBUG_FILE", "/tmp/x"}});

  EXPECT_THAT(options.modules_path, ElementsAre("/m"));
  EXPECT_EQ(options.config_file, "/f");
  EXPECT_THAT(options.modules_config_path.value(), ElementsAre("/c"));
  EXPECT_EQ(options.log.folder, "/l");
  EXPECT_EQ(options.log.file_size_mb, 7u);
  EXPECT_EQ(options.log.file_count, 2u);
  EXPECT_THAT(options.log.thresholds, ElementsAre("3"));
  EXPECT_EQ(options.log.colours, ColourMode::Never);
  EXPECT_EQ(options.log.debug_file, "/tmp/x");
}

TEST(StartOptions, SayWhatIsToBeGivenUp) {
  EXPECT_EQ(parse({}).program_start, ProgramStart::Allowed);
  EXPECT_FALSE(parse({}).user_id);
  EXPECT_FALSE(parse({}).drain_time);
  const auto options =
      parse({"--drain-time=30"},
            {{"KURENTO_BLOCK_EXEC", "yes"}, {"KURENTO_DRAIN_TIME", "5"}, {"KMS_UID", "1000"}});
  EXPECT_EQ(options.program_start, ProgramStart::Blocked);
  EXPECT_EQ(options.user_id, 1000u);
  EXPECT_EQ(options.drain_time, std::chrono::seconds(30));
  EXPECT_THAT([] { parse({"--block-exec=on"}); },
              ThrowsMessage<ConfigError>("--block-exec is 'on', expected yes or no"));
  EXPECT_THROW(parse({}, {{"KMS_UID", "4294967295"}}), ConfigError);
}

TEST(StartOptions, LetTheCommandLineWin) {
  const auto options = parse(
      {"-f", "/flag", "-d", "/flag", "--gst-debug=sdp:5"},
      {{"KURENTO_CONF_FILE", "/variable"}, {"KURENTO_LOGS_PATH", "/variable"}, {"GST_DEBUG", "2"}});

  EXPECT_EQ(options.config_file, "/flag");
  EXPECT_EQ(options.log.folder, "/flag");
  EXPECT_THAT(options.log.thresholds, ElementsAre("2", "sdp:5"));
}

TEST(StartOptions, TakeAnEmptyVariableForNone) {
  const auto options = parse({}, {{"KURENTO_CONF_FILE", ""}, {"KURENTO_LOG_FILE_SIZE", ""}});

  EXPECT_FALSE(options.config_file);
  EXPECT_EQ(options.log.file_size_mb, 100u);
}

TEST(StartOptions, TolerateAndNameWhatTheyDoNotKnow) {
  const auto options = parse({"2>&1", "--turbo", "-x", "-", "--", "--gst-plugin-path=/p"});

  EXPECT_EQ(options.action, Action::Run);
  EXPECT_THAT(options.unknown, ElementsAre("2>&1", "--turbo", "-x", "-", "--"));
  EXPECT_THAT(options.gstreamer_arguments, ElementsAre("--gst-plugin-path=/p"));
}

TEST(StartOptions, RefuseAValueThatIsMissingOrWrong) {
  EXPECT_THAT([] { parse({"-f"}); }, ThrowsMessage<ConfigError>("-f needs a value"));
  for (const char* bad : {"0", "-1", "many", "1.5", "", "99999999999"})
    EXPECT_THAT([&] { parse({std::string("--log-file-size=") + bad}); },
                ThrowsMessage<ConfigError>(HasSubstr("--log-file-size is '")))
        << bad;
  EXPECT_THAT([] { parse({}, {{"KURENTO_NUMBER_LOG_FILES", "x"}}); },
              ThrowsMessage<ConfigError>(HasSubstr("KURENTO_NUMBER_LOG_FILES is 'x'")));
  EXPECT_THROW(parse({"--gst-debug-level=10"}), ConfigError);
}

TEST(HelpText, NamesEveryFlagAndItsVariable) {
  for (const char* name : {"--help", "--version", "--list", "--modules-path", "--conf-file",
                           "--modules-config-path", "--logs-path", "--log-file-size",
                           "--number-log-files", "KURENTO_NUMBER_LOG_FILES", "--gst-debug-level"})
    EXPECT_THAT(helpText(), HasSubstr(name));
}

}  // namespace
}  // namespace ms::config
