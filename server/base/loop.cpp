#include "server/base/loop.h"

#include <pthread.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <utility>

#include "server/base/stack_trace.h"

namespace ms {
namespace {

std::chrono::steady_clock::time_point toSteady(Timestamp when) {
  return std::chrono::steady_clock::time_point(when.time_since_epoch());
}

}  // namespace

struct Loop::Parts {
  // Without the hint that there is one thread only: with it, Asio keeps what a task posts to its
  // own loop aside until the task ends, and what another thread posts later overtakes it.
  boost::asio::io_context context;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
      context.get_executor()};
  std::atomic<bool> is_stopped = false;
};

Loop::Loop(std::string name) : parts_(std::make_unique<Parts>()) {
  std::promise<std::thread::id> started;
  auto id = started.get_future();
  thread_ = std::thread([this, name = name.substr(0, 15), started = std::move(started)]() mutable {
    const CrashStack crash_stack;
    pthread_setname_np(pthread_self(), name.c_str());
    started.set_value(std::this_thread::get_id());
    parts_->context.run();
  });
  id_ = id.get();
}

Loop::~Loop() { stop(); }

// Asio wants copyable handlers in places; a shared_ptr would cost the same allocation twice, so the
// task travels inside a move-only lambda, which post() takes.
void Loop::post(Task task) {
  if (parts_->is_stopped) return;
  boost::asio::post(parts_->context, [task = std::move(task)]() mutable { task(); });
}

// The promise belongs to the task, so that a task which is dropped ends the waiting, too.
void Loop::runAndWait(Task task) {
  std::promise<void> done;
  const auto ended = done.get_future();
  post([task = std::move(task), done = std::move(done)]() mutable {
    task();
    done.set_value();
  });
  ended.wait();
}

void Loop::stop() {
  parts_->is_stopped = true;
  parts_->context.stop();
  if (thread_.joinable()) thread_.join();
}

void Loop::assertHere() const {
  if (isHere()) [[likely]]
    return;
  std::fputs("An object was touched from a thread that does not own it.\n", stderr);
  std::abort();
}

Timestamp Loop::now() {
  return Timestamp(
      std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

boost::asio::io_context& Loop::context() { return parts_->context; }

// Shared with the pending handler, which may still be queued when the Timer is gone.
struct Timer::Parts {
  explicit Parts(boost::asio::io_context& context) : timer(context) {}
  boost::asio::steady_timer timer;
  Task task;
  std::uint64_t generation = 0;
};

Timer::Timer(Loop& loop) : parts_(std::make_shared<Parts>(loop.context())) {}

Timer::~Timer() { cancel(); }

void Timer::start(Duration after, Task task) { startAt(Loop::now() + after, std::move(task)); }

void Timer::startAt(Timestamp when, Task task) {
  cancel();
  parts_->task = std::move(task);
  parts_->timer.expires_at(toSteady(when));
  parts_->timer.async_wait(
      [weak = std::weak_ptr(parts_), generation = parts_->generation](const auto& error) {
        const auto parts = weak.lock();
        if (error || !parts || parts->generation != generation) return;
        auto due = std::exchange(parts->task, nullptr);
        due();
      });
}

void Timer::cancel() {
  ++parts_->generation;
  parts_->task = nullptr;
  parts_->timer.cancel();
}

bool Timer::isPending() const { return static_cast<bool>(parts_->task); }

}  // namespace ms
