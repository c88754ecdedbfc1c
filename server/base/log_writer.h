// Takes lines from every thread and writes them from a thread of its own, in the order in which
// they came: a slow or full disk costs log lines, never a loop's time. How many were lost is told
// in the log as soon as it can be written again.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <string>
#include <thread>

#include "server/base/log_output.h"
#include "server/base/log_sink.h"
#include "server/base/mutex.h"
#include "server/base/thread_annotations.h"

namespace ms {

class LogWriter final : public LogSink {
 public:
  // Text that may wait for the disk; what comes on top of it is lost.
  static constexpr std::size_t kMaxQueuedBytes = 4 * 1024 * 1024;
  // How long the end waits for the rest to be written before it is given up.
  static constexpr std::chrono::seconds kFarewell{2};

  explicit LogWriter(std::unique_ptr<LogOutput> output);
  ~LogWriter() override;

  void take(WallClock::time_point at, std::string line) override;

  // Waits until all that was taken so far is written or lost, at most kFarewell.
  void flush();

 private:
  struct Line {
    WallClock::time_point at;
    std::string text;
  };
  // Shared with the thread, which a dead disk may hold back beyond the end of this object.
  struct State {
    Mutex mutex;
    std::condition_variable_any changed;
    std::deque<Line> queue GUARDED_BY(mutex);
    std::size_t queued_bytes GUARDED_BY(mutex) = 0;
    std::uint64_t lost GUARDED_BY(mutex) = 0;
    bool is_writing GUARDED_BY(mutex) = false;
    bool is_ending GUARDED_BY(mutex) = false;
    bool has_ended GUARDED_BY(mutex) = false;
    std::unique_ptr<LogOutput> output;  // The thread's only.
  };
  static void run(State& state);
  static std::uint64_t writeAll(LogOutput& output, const std::deque<Line>& lines,
                                std::uint64_t lost);

  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace ms
