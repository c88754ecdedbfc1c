// The command line and the environment variables KURENTO_ and KMS_; the command line wins. What is
// unknown is tolerated, as scripts rely on it, and named in `unknown`.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ms::config {

enum class Action { Run, Help, Version, List, Ping };
enum class ColourMode { OnTerminal, Always, Never };

struct LogOptions {
  std::string folder;  // Empty: stderr.
  std::uint64_t file_size_mb = 100;
  std::size_t file_count = 10;
  std::vector<std::string> thresholds;  // Lists in the order in which they apply.
  ColourMode colours = ColourMode::OnTerminal;
  std::string debug_file;  // GST_DEBUG_FILE, used without a folder only.
};

// A setting of modules.kurento.<class_name> that did not come from a file.
struct ClassSetting {
  std::string class_name;
  std::string key;
  std::string value;

  friend bool operator==(const ClassSetting&, const ClassSetting&) = default;
};

// What may be started as a program from the server's process.
enum class ProgramStart { Allowed, Blocked };

struct StartOptions {
  Action action = Action::Run;
  std::vector<std::string> modules_path;
  std::optional<std::string> config_file;  // None: the default one, which may be absent.
  std::optional<std::vector<std::string>> modules_config_path;
  LogOptions log;
  std::optional<std::chrono::seconds> drain_time;  // None: as the configuration file says.
  ProgramStart program_start = ProgramStart::Allowed;
  std::optional<std::uint32_t> user_id;          // KMS_UID.
  std::vector<ClassSetting> class_settings;      // Of the other KMS_ variables.
  std::vector<std::string> gstreamer_arguments;  // Every --gst-*, for gst_init().
  std::vector<std::string> unknown;
};

inline constexpr const char* kDefaultConfigFile = "/etc/kurento/kurento.conf.json";
inline constexpr std::uint32_t kMostDrainSeconds = 7 * 24 * 3600;
// In place of an external address: the server finds it out.
inline constexpr const char* kAutomatic = "auto";
// What is logged when neither GST_DEBUG nor --gst-debug says anything.
inline constexpr const char* kDefaultThresholds =
    "2,Kurento*:4,kms*:4,sdp*:4,webrtc*:4,*rtpendpoint:4,rtp*handler:4,rtpsynchronizer:4,"
    "agnosticbin:4";

// The value of a variable, nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;

// `arguments` without the program's name. Throws ConfigError when a value is missing or wrong.
StartOptions parseStartOptions(std::span<const std::string> arguments, const Environment& env);

// The text of --help.
std::string helpText();

}  // namespace ms::config
