#include "server/app/process_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "server/base/log.h"
#include "server/base/log_files.h"
#include "server/base/log_thresholds.h"

namespace ms::app {
namespace {

LogCategory kLog("KurentoLog");

// A file that is never rotated, as GST_DEBUG_FILE wants it. Owns its descriptor.
class SingleFile final : public LogOutput {
 public:
  explicit SingleFile(int descriptor) : descriptor_(descriptor), stream_(descriptor) {}
  ~SingleFile() override { close(descriptor_); }
  bool write(WallClock::time_point at, std::string_view line) override {
    return stream_.write(at, line);
  }

 private:
  const int descriptor_;
  StreamOutput stream_;
};

struct Chosen {
  std::unique_ptr<LogOutput> output;
  LogColours colours = LogColours::Off;
};

LogColours coloursFor(int descriptor, config::ColourMode mode) {
  if (mode == config::ColourMode::Always) return LogColours::On;
  const bool on_terminal = mode == config::ColourMode::OnTerminal && isatty(descriptor) == 1;
  return on_terminal ? LogColours::On : LogColours::Off;
}

Chosen makeFiles(const config::LogOptions& options, std::vector<std::string>& problems) {
  constexpr std::uint64_t kMegabyte = 1'000'000;
  auto files =
      std::make_unique<LogFiles>(LogFilesOptions{.folder = options.folder,
                                                 .max_file_bytes = options.file_size_mb * kMegabyte,
                                                 .max_files = options.file_count},
                                 STDERR_FILENO);
  if (auto problem = files->open(WallClock::now()); !problem.empty())
    problems.push_back(problem + "; the log goes to standard error meanwhile");
  return {std::move(files), LogColours::Off};
}

Chosen makeStream(const config::LogOptions& options, std::vector<std::string>& problems) {
  if (options.debug_file == "-")
    return {std::make_unique<StreamOutput>(STDOUT_FILENO),
            coloursFor(STDOUT_FILENO, options.colours)};
  if (!options.debug_file.empty()) {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
    const int file = open(options.debug_file.c_str(), kFlags, 0640);
    if (file >= 0) return {std::make_unique<SingleFile>(file), coloursFor(file, options.colours)};
    problems.push_back("GST_DEBUG_FILE '" + options.debug_file +
                       "' cannot be opened: " + std::strerror(errno));
  }
  return {std::make_unique<StreamOutput>(STDERR_FILENO),
          coloursFor(STDERR_FILENO, options.colours)};
}

}  // namespace

ProcessLog::ProcessLog(const config::LogOptions& options) {
  std::vector<std::string> problems;
  LogThresholds thresholds;
  for (const auto& list : options.thresholds)
    for (const auto& problem : thresholds.add(list)) problems.push_back("GST_DEBUG: " + problem);
  setLogThresholds(thresholds);

  auto chosen =
      options.folder.empty() ? makeStream(options, problems) : makeFiles(options, problems);
  installLogSink(std::make_shared<LogWriter>(std::move(chosen.output)), chosen.colours);
  for (const auto& problem : problems) MS_LOG(kLog, Error, problem);
}

ProcessLog::~ProcessLog() { installLogSink(nullptr, LogColours::Off); }

}  // namespace ms::app
