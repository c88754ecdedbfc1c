// Where log lines go. One sink at a time is installed for the whole process; without one, lines go
// straight to stderr. What is installed at start is a LogWriter (log_writer.h), so that no loop
// waits for a disk; tests install their own to see what was said.
#pragma once

#include <memory>
#include <string>

#include "server/base/log_record.h"

namespace ms {

class LogSink {
 public:
  virtual ~LogSink() = default;
  // Takes one complete line. Any thread; must not block and must not log.
  virtual void take(WallClock::time_point at, std::string line) = 0;
};

// Null goes back to stderr. Any thread.
void installLogSink(std::shared_ptr<LogSink> sink, LogColours colours);

// For lines that come from another library's log (GStreamer, GLib); MS_LOG ends here, too.
void writeLog(const LogRecord& record);

// pthread_self() as the number that lines show.
std::uint64_t thisThreadId();

}  // namespace ms
