// The far end of the log: a stream that exists (stderr, a pipe) or files that rotate (log_files.h).
// Driven by one thread, the LogWriter's, which may wait a little here and nowhere else.
#pragma once

#include <string_view>

#include "server/base/log_record.h"

namespace ms {

class LogOutput {
 public:
  virtual ~LogOutput() = default;
  // False when the line is lost: nobody reads the pipe, the disk is full.
  virtual bool write(WallClock::time_point at, std::string_view line) = 0;
};

// Writes to a descriptor that somebody else owns. A pipe that nobody empties is given `kPatience`
// per line, then lines are lost rather than memory filled.
class StreamOutput final : public LogOutput {
 public:
  static constexpr std::chrono::milliseconds kPatience{100};

  explicit StreamOutput(int descriptor) : descriptor_(descriptor) {}
  bool write(WallClock::time_point at, std::string_view line) override;

 private:
  const int descriptor_;
  bool line_is_open_ = false;  // The last line was cut: the next begins with a line feed.
};

}  // namespace ms
