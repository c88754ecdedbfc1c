// Where calls run that may block: those that change the state of GStreamer's elements.
//
// A SerialExecutor runs the tasks of one chain, one after the other, on a thread of its own that
// exists only while there is something to do, and a moment longer. So a chain that hangs in a dead
// server or a stuck disk holds up nobody but itself. FrameThreads knows all such threads and waits
// for them at the end of the server.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/base/mutex.h"
#include "server/base/task.h"
#include "server/base/units.h"

namespace ms::frame {

class FrameThreads {
 public:
  FrameThreads() = default;
  // Waits until all executors have done what was posted to them.
  ~FrameThreads();
  FrameThreads(const FrameThreads&) = delete;
  FrameThreads& operator=(const FrameThreads&) = delete;

  std::size_t running() const;

 private:
  friend class SerialExecutor;

  void start(std::move_only_function<void()> work);
  void joinFinished();

  mutable Mutex mutex_;
  std::condition_variable_any changed_;
  std::size_t running_ GUARDED_BY(mutex_) = 0;
  std::vector<std::thread> finished_ GUARDED_BY(mutex_);  // About to end, or ended.
};

class SerialExecutor : public std::enable_shared_from_this<SerialExecutor> {
 public:
  // How long a thread waits for another task before it ends.
  static constexpr Duration kLinger = std::chrono::seconds(3);

  // `threads` outlives what is posted; `name` (at most 15 characters) is what `ps -L` shows.
  SerialExecutor(FrameThreads& threads, std::string name);

  // Runs `task` after all that was posted before it. Any thread; never waits.
  void post(Task task);
  // From now on the thread ends as soon as there is nothing to do.
  void finish();

 private:
  void run();
  Task next();

  FrameThreads& threads_;
  const std::string name_;
  Mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Task> tasks_ GUARDED_BY(mutex_);
  bool has_thread_ GUARDED_BY(mutex_) = false;
  bool is_finished_ GUARDED_BY(mutex_) = false;
};

}  // namespace ms::frame
