#include "server/frame/executor.h"

#include <pthread.h>

#include <chrono>
#include <utility>

#include "server/base/stack_trace.h"

namespace ms::frame {

FrameThreads::~FrameThreads() {
  {
    MutexLock lock(mutex_);
    while (running_ > 0) changed_.wait(lock);
  }
  joinFinished();
}

std::size_t FrameThreads::running() const {
  MutexLock lock(mutex_);
  return running_;
}

// A thread hands over its own handle as the last thing it does, so that joining it takes no time.
void FrameThreads::start(std::move_only_function<void()> work) {
  joinFinished();
  MutexLock lock(mutex_);
  ++running_;
  auto handle = std::make_shared<std::thread>();
  *handle = std::thread([this, handle, work = std::move(work)]() mutable {
    work();
    work = nullptr;
    MutexLock end(mutex_);
    finished_.push_back(std::move(*handle));
    --running_;
    changed_.notify_all();
  });
}

void FrameThreads::joinFinished() {
  std::vector<std::thread> finished;
  {
    MutexLock lock(mutex_);
    finished.swap(finished_);
  }
  for (std::thread& thread : finished) thread.join();
}

SerialExecutor::SerialExecutor(FrameThreads& threads, std::string name)
    : threads_(threads), name_(name.substr(0, 15)) {}

void SerialExecutor::post(Task task) {
  MutexLock lock(mutex_);
  tasks_.push_back(std::move(task));
  if (std::exchange(has_thread_, true)) {
    changed_.notify_one();
    return;
  }
  threads_.start([self = shared_from_this()] { self->run(); });
}

void SerialExecutor::finish() {
  MutexLock lock(mutex_);
  is_finished_ = true;
  changed_.notify_one();
}

void SerialExecutor::run() {
  const CrashStack crash_stack;
  pthread_setname_np(pthread_self(), name_.c_str());
  while (Task task = next()) task();
}

// Null: the thread is to end, and the next post() makes another.
Task SerialExecutor::next() {
  const auto end = std::chrono::steady_clock::now() + kLinger;
  MutexLock lock(mutex_);
  while (tasks_.empty() && !is_finished_)
    if (changed_.wait_until(lock, end) == std::cv_status::timeout) break;
  if (tasks_.empty()) {
    has_thread_ = false;
    return nullptr;
  }
  Task task = std::move(tasks_.front());
  tasks_.pop_front();
  return task;
}

}  // namespace ms::frame
