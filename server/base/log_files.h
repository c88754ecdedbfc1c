// Log files in a folder: a new one when the size is reached and at midnight, the oldest removed so
// that no more than a given number stays. Names are `2018-12-31T235959.00000.pid1234.log`: local
// time of creation, a number that counts this process's files, process id.
//
// A folder that vanishes is made again; while it cannot be, lines go to stderr and the folder is
// tried again every kRetryAfter. Time comes in with the lines. Driven by the LogWriter's thread.
#pragma once

#include <cstdint>
#include <string>

#include "server/base/log_output.h"

namespace ms {

struct LogFilesOptions {
  std::string folder;
  std::uint64_t max_file_bytes = 100'000'000;
  std::size_t max_files = 10;  // The one that is being written included.
};

class LogFiles final : public LogOutput {
 public:
  static constexpr std::chrono::seconds kRetryAfter{10};
  // How often it is looked whether the file was removed under us.
  static constexpr std::chrono::seconds kCheckEvery{1};

  // `fallback` is written to while no file can be opened.
  LogFiles(LogFilesOptions options, int fallback_descriptor);
  ~LogFiles() override;
  LogFiles(const LogFiles&) = delete;
  LogFiles& operator=(const LogFiles&) = delete;

  // Makes the folder and the first file. Otherwise gives back what is wrong, for the operator.
  std::string open(WallClock::time_point at);

  bool write(WallClock::time_point at, std::string_view line) override;

 private:
  bool needsNewFile(WallClock::time_point at, std::size_t bytes);
  bool wasRemoved(WallClock::time_point at);
  void openNext(WallClock::time_point at);
  void removeOldFiles() const;
  bool writeToFile(std::string_view line);
  void closeFile();

  const LogFilesOptions options_;
  StreamOutput fallback_;
  int file_ = -1;
  int open_error_ = 0;  // errno of the last try.
  std::uint64_t written_ = 0;
  unsigned number_ = 0;
  std::string day_;  // Of file_, "2018-12-31".
  WallClock::time_point next_check_{};
  WallClock::time_point next_try_{};
  bool line_is_open_ = false;  // A full disk cut the last line.
};

// True for names of this form, whatever their process: they may be removed as old.
bool isLogFileName(std::string_view name);

}  // namespace ms
