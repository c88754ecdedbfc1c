#include "server/base/log.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "server/base/log_record.h"
#include "server/base/log_sink.h"
#include "server/base/log_thresholds.h"
#include "server/base/mutex.h"
#include "server/base/thread_annotations.h"

namespace ms {
namespace {

// The process-wide part of the log. Categories are static objects in any translation unit and in
// modules, so it is made by the first of them and never destroyed.
class LogCentre {
 public:
  static LogCentre& get() {
    static auto& centre = *new LogCentre;
    return centre;
  }

  void enter(LogCategory& category) {
    const MutexLock lock(mutex_);
    categories_.push_back(&category);
    category.setThreshold(thresholds_ ? thresholds_->levelOf(category.name()) : LogLevel::Warning);
  }

  void leave(LogCategory& category) {
    const MutexLock lock(mutex_);
    std::erase(categories_, &category);
  }

  void setThresholds(LogThresholds thresholds) {
    const MutexLock lock(mutex_);
    thresholds_ = std::move(thresholds);
    for (auto* category : categories_)
      category->setThreshold(thresholds_->levelOf(category->name()));
  }

  void setSink(std::shared_ptr<LogSink> sink, LogColours colours) {
    {
      const MutexLock lock(mutex_);
      sink_.swap(sink);
      colours_ = colours;
    }
    // The old sink ends here, outside the lock: its destructor may take time.
  }

  std::pair<std::shared_ptr<LogSink>, LogColours> sink() {
    const MutexLock lock(mutex_);
    return {sink_, colours_};
  }

 private:
  Mutex mutex_;
  std::vector<LogCategory*> categories_ GUARDED_BY(mutex_);
  std::optional<LogThresholds> thresholds_ GUARDED_BY(mutex_);
  std::shared_ptr<LogSink> sink_ GUARDED_BY(mutex_);
  LogColours colours_ GUARDED_BY(mutex_) = LogColours::Off;
};

}  // namespace

LogCategory::LogCategory(const char* name)
    : name_(name), threshold_(static_cast<int>(LogLevel::Warning)) {
  LogCentre::get().enter(*this);
}

LogCategory::~LogCategory() { LogCentre::get().leave(*this); }

LogLine::LogLine(const LogCategory& category, LogLevel level, const char* file, int line,
                 const char* function, std::string_view object)
    : category_(category),
      level_(level),
      file_(file),
      line_(line),
      function_(function),
      object_(object) {}

LogLine::~LogLine() {
  try {
    writeLog({.at = WallClock::now(),
              .process_id = getpid(),
              .thread_id = thisThreadId(),
              .level = level_,
              .category = category_.name(),
              .file = file_,
              .line = line_,
              .function = function_,
              .object = object_,
              .message = text_.view()});
  } catch (...) {
    // Out of memory: the line is lost, the work that spoke goes on.
  }
}

void setLogThresholds(LogThresholds thresholds) {
  LogCentre::get().setThresholds(std::move(thresholds));
}

void installLogSink(std::shared_ptr<LogSink> sink, LogColours colours) {
  LogCentre::get().setSink(std::move(sink), colours);
}

void writeLog(const LogRecord& record) {
  const auto [sink, colours] = LogCentre::get().sink();
  std::string line = writeRecord(record, colours);
  if (sink) {
    sink->take(record.at, std::move(line));
  } else {
    [[maybe_unused]] const auto written = write(STDERR_FILENO, line.data(), line.size());
  }
}

std::uint64_t thisThreadId() { return static_cast<std::uint64_t>(pthread_self()); }

}  // namespace ms
