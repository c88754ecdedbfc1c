#include "server/base/log_writer.h"

#include <pthread.h>
#include <unistd.h>

#include <utility>

namespace ms {

LogWriter::LogWriter(std::unique_ptr<LogOutput> output) : state_(std::make_shared<State>()) {
  state_->output = std::move(output);
  thread_ = std::thread([state = state_] {
    pthread_setname_np(pthread_self(), "log");
    run(*state);
  });
}

LogWriter::~LogWriter() {
  flush();
  State& state = *state_;
  MutexLock lock(state.mutex);
  state.is_ending = true;
  state.changed.notify_all();
  const auto give_up = std::chrono::steady_clock::now() + kFarewell;
  while (!state.has_ended &&
         state.changed.wait_until(lock, give_up) == std::cv_status::no_timeout) {
  }
  const bool ended = state.has_ended;
  lock.unlock();
  if (ended)
    thread_.join();
  else
    thread_.detach();  // The disk holds it; the process is about to end anyway.
}

void LogWriter::take(WallClock::time_point at, std::string line) {
  State& state = *state_;
  const MutexLock lock(state.mutex);
  if (state.is_ending || state.queued_bytes + line.size() > kMaxQueuedBytes) {
    ++state.lost;
    return;
  }
  state.queued_bytes += line.size();
  state.queue.push_back({at, std::move(line)});
  state.changed.notify_all();
}

void LogWriter::flush() {
  State& state = *state_;
  MutexLock lock(state.mutex);
  const auto give_up = std::chrono::steady_clock::now() + kFarewell;
  while ((!state.queue.empty() || state.is_writing) &&
         state.changed.wait_until(lock, give_up) == std::cv_status::no_timeout) {
  }
}

void LogWriter::run(State& state) {
  std::deque<Line> lines;
  MutexLock lock(state.mutex);
  for (;;) {
    while (!state.is_ending && state.queue.empty()) state.changed.wait(lock);
    if (state.queue.empty()) break;
    lines.swap(state.queue);
    state.queued_bytes = 0;
    state.is_writing = true;
    const std::uint64_t lost_before = std::exchange(state.lost, 0);

    lock.unlock();
    const std::uint64_t lost_now = writeAll(*state.output, lines, lost_before);
    lines.clear();
    lock.lock();

    state.lost += lost_now;
    state.is_writing = false;
    state.changed.notify_all();
  }
  state.has_ended = true;
  state.changed.notify_all();
}

// Gives back how many lines are lost and not yet told of.
std::uint64_t LogWriter::writeAll(LogOutput& output, const std::deque<Line>& lines,
                                  std::uint64_t lost) {
  for (const auto& line : lines) {
    if (lost > 0) {
      const std::string message = std::to_string(lost) + " log lines before this one were lost";
      const bool told = output.write(line.at, writeRecord({.at = line.at,
                                                           .process_id = getpid(),
                                                           .thread_id = thisThreadId(),
                                                           .level = LogLevel::Warning,
                                                           .category = "KurentoLog",
                                                           .file = "log_writer.cpp",
                                                           .line = __LINE__,
                                                           .function = "writeAll",
                                                           .object = {},
                                                           .message = message},
                                                          LogColours::Off));
      if (told) lost = 0;
    }
    if (!output.write(line.at, line.text)) ++lost;
  }
  return lost;
}

}  // namespace ms
