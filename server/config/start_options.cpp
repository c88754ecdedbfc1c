#include "server/config/start_options.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>
#include <utility>

#include "server/config/config_error.h"
#include "server/config/kms_variables.h"

namespace ms::config {
namespace {

constexpr std::uint64_t kMostMegabytes = 1'000'000;
constexpr std::uint64_t kMostFiles = 100'000;
constexpr std::uint64_t kMostUserId = std::numeric_limits<std::uint32_t>::max() - 1;

std::vector<std::string> splitList(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const auto colon = std::min(list.find(':'), list.size());
    if (colon > 0) parts.emplace_back(list.substr(0, colon));
    list.remove_prefix(std::min(colon + 1, list.size()));
  }
  return parts;
}

std::uint64_t wholeNumber(const std::string& text, const std::string& source, std::uint64_t least,
                          std::uint64_t most) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least || number > most)
    throw ConfigError(source + " is '" + text + "', expected a whole number from " +
                      std::to_string(least) + " to " + std::to_string(most));
  return number;
}

ProgramStart allowedOrBlocked(const std::string& text, const std::string& source) {
  if (text == "yes") return ProgramStart::Blocked;
  if (text == "no") return ProgramStart::Allowed;
  throw ConfigError(source + " is '" + text + "', expected yes or no");
}

// `source` is what error texts call the place where the value stood.
using Apply = void (*)(StartOptions&, const std::string& value, const std::string& source);

struct Flag {
  char letter;  // 0: none.
  std::string_view name;
  const char* variable;  // Null: none.
  std::string_view value_name;
  std::string_view help;
  Apply apply;
};

constexpr Flag kFlags[] = {
    {'p', "modules-path", "KURENTO_MODULES_PATH", "FOLDERS",
     "where module libraries are looked for, separated by colons",
     [](StartOptions& o, const std::string& v, const std::string&) {
       o.modules_path = splitList(v);
     }},
    {'f', "conf-file", "KURENTO_CONF_FILE", "FILE",
     "main configuration file; default /etc/kurento/kurento.conf.json",
     [](StartOptions& o, const std::string& v, const std::string&) { o.config_file = v; }},
    {'c', "modules-config-path", "KURENTO_MODULES_CONFIG_PATH", "FOLDERS",
     "where configuration files of modules are looked for, separated by colons; default: the "
     "folder 'modules' beside the main file",
     [](StartOptions& o, const std::string& v, const std::string&) {
       o.modules_config_path = splitList(v);
     }},
    {'d', "logs-path", "KURENTO_LOGS_PATH", "FOLDER",
     "write log files into this folder instead of standard error",
     [](StartOptions& o, const std::string& v, const std::string&) { o.log.folder = v; }},
    {'s', "log-file-size", "KURENTO_LOG_FILE_SIZE", "MB",
     "begin a new log file at this size; default 100",
     [](StartOptions& o, const std::string& v, const std::string& source) {
       o.log.file_size_mb = wholeNumber(v, source, 1, kMostMegabytes);
     }},
    {'n', "number-log-files", "KURENTO_NUMBER_LOG_FILES", "COUNT",
     "keep this many log files; default 10",
     [](StartOptions& o, const std::string& v, const std::string& source) {
       o.log.file_count = wholeNumber(v, source, 1, kMostFiles);
     }},
    {0, "drain-time", "KURENTO_DRAIN_TIME", "SECONDS",
     "on SIGTERM take no new sessions and wait this long for the pipelines that are there",
     [](StartOptions& o, const std::string& v, const std::string& source) {
       o.drain_time = std::chrono::seconds(wholeNumber(v, source, 0, kMostDrainSeconds));
     }},
    {0, "block-exec", "KURENTO_BLOCK_EXEC", "yes|no",
     "let the kernel refuse to start any program from the server; default no",
     [](StartOptions& o, const std::string& v, const std::string& source) {
       o.program_start = allowedOrBlocked(v, source);
     }},
    {0, "gst-debug", nullptr, "LIST", "log levels as in GST_DEBUG: 2,Kurento*:4",
     [](StartOptions& o, const std::string& v, const std::string&) {
       o.log.thresholds.push_back(v);
     }},
    {0, "gst-debug-level", nullptr, "LEVEL", "log level of what no pattern names: 0 to 9",
     [](StartOptions& o, const std::string& v, const std::string& source) {
       std::uint64_t level = 0;
       const auto [end, error] = std::from_chars(v.data(), v.data() + v.size(), level);
       if (error != std::errc() || end != v.data() + v.size() || level > 9)
         throw ConfigError(source + " is '" + v + "', expected a level from 0 to 9");
       o.log.thresholds.push_back(v);
     }},
};

constexpr std::string_view kGstPrefix = "gst-";

// Walks the words of a command line.
class CommandLine {
 public:
  CommandLine(std::span<const std::string> words, StartOptions& options)
      : words_(words), options_(options) {}

  void parse() {
    for (at_ = 0; at_ < words_.size(); ++at_) {
      const std::string& word = words_[at_];
      if (word.starts_with("--") && word.size() > 2)
        readLong(word);
      else if (word.starts_with("-") && word.size() > 1)
        readShort(word);
      else
        options_.unknown.push_back(word);
    }
  }

 private:
  bool readSwitch(std::string_view name) {
    if (name == "help" || name == "h") return act(Action::Help);
    if (name == "version" || name == "v") return act(Action::Version);
    if (name == "list" || name == "l") return act(Action::List);
    if (name == "ping") return act(Action::Ping);
    return false;
  }

  bool act(Action action) {
    if (options_.action == Action::Run) options_.action = action;
    return true;
  }

  void readLong(const std::string& word) {
    const auto equals = std::min(word.find('='), word.size());
    const std::string name = word.substr(2, equals - 2);
    const bool is_gst = name.starts_with(kGstPrefix);
    if (is_gst) options_.gstreamer_arguments.push_back(word);
    if (name == "gst-debug-no-color") {
      options_.log.colours = ColourMode::Never;
      return;
    }
    if (readSwitch(name)) return;

    const auto flag = std::ranges::find(kFlags, std::string_view(name), &Flag::name);
    if (flag == std::end(kFlags)) {
      if (!is_gst) options_.unknown.push_back(word);
    } else if (equals < word.size()) {
      flag->apply(options_, word.substr(equals + 1), "--" + name);
    } else {
      const std::string value = nextWord("--" + name);
      if (is_gst) options_.gstreamer_arguments.push_back(value);
      flag->apply(options_, value, "--" + name);
    }
  }

  void readShort(const std::string& word) {
    if (word.size() == 2 && readSwitch(word.substr(1))) return;
    const auto flag = std::ranges::find(kFlags, word[1], &Flag::letter);
    const std::string name = word.substr(0, 2);
    if (flag == std::end(kFlags))
      options_.unknown.push_back(word);
    else
      flag->apply(options_, word.size() > 2 ? word.substr(2) : nextWord(name), name);
  }

  const std::string& nextWord(const std::string& flag) {
    if (at_ + 1 >= words_.size()) throw ConfigError(flag + " needs a value");
    return words_[++at_];
  }

  std::span<const std::string> words_;
  StartOptions& options_;
  std::size_t at_ = 0;
};

void readVariables(const Environment& env, StartOptions& options) {
  for (const auto& flag : kFlags) {
    if (!flag.variable) continue;
    const auto value = env(flag.variable);
    if (value && !value->empty()) flag.apply(options, *value, flag.variable);
  }
  if (const auto id = env("KMS_UID").value_or(""); !id.empty())
    options.user_id = static_cast<std::uint32_t>(wholeNumber(id, "KMS_UID", 0, kMostUserId));
  options.class_settings = readKmsVariables(env);
  if (const auto list = env("GST_DEBUG"); list && !list->empty())
    options.log.thresholds.push_back(*list);
  if (env("GST_DEBUG_NO_COLOR")) options.log.colours = ColourMode::Never;
  const auto mode = env("GST_DEBUG_COLOR_MODE").value_or("");
  if (mode == "on") options.log.colours = ColourMode::Always;
  if (mode == "off" || mode == "disable") options.log.colours = ColourMode::Never;
  options.log.debug_file = env("GST_DEBUG_FILE").value_or("");
}

}  // namespace

StartOptions parseStartOptions(std::span<const std::string> arguments, const Environment& env) {
  StartOptions options;
  readVariables(env, options);
  CommandLine(arguments, options).parse();
  if (options.log.thresholds.empty()) options.log.thresholds = {kDefaultThresholds};
  return options;
}

std::string helpText() {
  std::string text =
      "Usage: kurento-media-server [OPTION]...\n\n"
      "  -h, --help\n        show this text and exit\n"
      "  -v, --version\n        show the versions of server and modules and exit\n"
      "  -l, --list\n        show what the modules can create and exit\n"
      "      --ping\n        ask the server that runs here with this configuration whether it "
      "answers, and exit with 0 if it does\n";
  for (const auto& flag : kFlags) {
    text += flag.letter ? std::string("  -") + flag.letter + ", --" : std::string("      --");
    text += std::string(flag.name) + " " + std::string(flag.value_name) + "\n        " +
            std::string(flag.help);
    if (flag.variable) text += std::string(" [") + flag.variable + "]";
    text += '\n';
  }
  text +=
      "      --gst-debug-no-color\n        no colours in the log\n\n"
      "A name in brackets is an environment variable of the same meaning; the option wins.\n";
  return text;
}

}  // namespace ms::config
