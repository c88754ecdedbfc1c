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
  std::unique_lock lock(state_->mutex);
  state_->is_ending = true;
  state_->changed.notify_all();
  const bool ended =
      state_->changed.wait_for(lock, kFarewell, [this] { return state_->has_ended; });
  lock.unlock();
  if (ended)
    thread_.join();
  else
    thread_.detach();  // The disk holds it; the process is about to end anyway.
}

void LogWriter::take(WallClock::time_point at, std::string line) {
  const std::lock_guard lock(state_->mutex);
  if (state_->is_ending || state_->queued_bytes + line.size() > kMaxQueuedBytes) {
    ++state_->lost;
    return;
  }
  state_->queued_bytes += line.size();
  state_->queue.push_back({at, std::move(line)});
  state_->changed.notify_all();
}

void LogWriter::flush() {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait_for(lock, kFarewell,
                           [this] { return state_->queue.empty() && !state_->is_writing; });
}

void LogWriter::run(State& state) {
  std::deque<Line> lines;
  std::unique_lock lock(state.mutex);
  for (;;) {
    state.changed.wait(lock, [&] { return state.is_ending || !state.queue.empty(); });
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
