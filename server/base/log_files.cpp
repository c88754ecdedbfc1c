#include "server/base/log_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <vector>

namespace ms {
namespace {

namespace fs = std::filesystem;

std::string localTime(WallClock::time_point at, const char* format) {
  const std::time_t time = WallClock::to_time_t(std::chrono::floor<std::chrono::seconds>(at));
  std::tm local{};
  localtime_r(&time, &local);
  char text[32] = "";
  std::strftime(text, sizeof text, format, &local);
  return text;
}

std::string dayOf(WallClock::time_point at) { return localTime(at, "%Y-%m-%d"); }

}  // namespace

bool isLogFileName(std::string_view name) {
  // 0 stands for a digit, + for one or more.
  constexpr std::string_view kForm = "0000-00-00T000000.00000.pid+.log";
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (const char wanted : kForm) {
    if (name.empty()) return false;
    if (wanted == '+') {
      if (!is_digit(name[0])) return false;
      while (!name.empty() && is_digit(name[0])) name.remove_prefix(1);
      continue;
    }
    if (wanted == '0' ? !is_digit(name[0]) : name[0] != wanted) return false;
    name.remove_prefix(1);
  }
  return name.empty();
}

LogFiles::LogFiles(LogFilesOptions options, int fallback_descriptor)
    : options_(std::move(options)), fallback_(fallback_descriptor) {}

LogFiles::~LogFiles() { closeFile(); }

std::string LogFiles::open(WallClock::time_point at) {
  openNext(at);
  if (file_ >= 0) return {};
  return "no log file can be made in '" + options_.folder + "': " + std::strerror(open_error_);
}

bool LogFiles::write(WallClock::time_point at, std::string_view line) {
  if (needsNewFile(at, line.size())) openNext(at);
  return file_ >= 0 ? writeToFile(line) : fallback_.write(at, line);
}

bool LogFiles::needsNewFile(WallClock::time_point at, std::size_t bytes) {
  if (file_ < 0) return at >= next_try_;
  if (written_ > 0 && written_ + bytes > options_.max_file_bytes) return true;
  return dayOf(at) != day_ || wasRemoved(at);
}

bool LogFiles::wasRemoved(WallClock::time_point at) {
  if (at < next_check_) return false;
  next_check_ = at + kCheckEvery;
  struct stat status{};
  return fstat(file_, &status) == 0 && status.st_nlink == 0;
}

void LogFiles::openNext(WallClock::time_point at) {
  closeFile();
  next_try_ = at + kRetryAfter;
  next_check_ = at + kCheckEvery;
  std::error_code ignored;  // open() below tells.
  fs::create_directories(options_.folder, ignored);

  char name[64];
  std::snprintf(name, sizeof name, "%s.%05u.pid%d.log", localTime(at, "%Y-%m-%dT%H%M%S").c_str(),
                number_ % 100'000, getpid());
  const auto path = (fs::path(options_.folder) / name).string();
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  open_error_ = file_ < 0 ? errno : 0;
  if (file_ < 0) return;
  ++number_;
  written_ = 0;
  day_ = dayOf(at);
  line_is_open_ = false;
  removeOldFiles();
}

// Names sort by time of creation, then by number.
void LogFiles::removeOldFiles() const {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(options_.folder, error), end; !error && it != end;
       it.increment(error))
    if (isLogFileName(it->path().filename().native())) files.push_back(it->path());
  if (files.size() <= options_.max_files) return;

  std::ranges::sort(files);
  files.resize(files.size() - options_.max_files);
  for (const auto& file : files) fs::remove(file, error);
}

bool LogFiles::writeToFile(std::string_view line) {
  if (line_is_open_) {
    if (::write(file_, "\n", 1) != 1) return false;
    line_is_open_ = false;
    ++written_;
  }
  ssize_t count = 0;
  do {
    count = ::write(file_, line.data(), line.size());
  } while (count < 0 && errno == EINTR);
  if (count <= 0) return false;
  written_ += static_cast<std::uint64_t>(count);
  line_is_open_ = static_cast<std::size_t>(count) < line.size();
  return !line_is_open_;
}

void LogFiles::closeFile() {
  if (file_ >= 0) close(file_);
  file_ = -1;
}

}  // namespace ms
