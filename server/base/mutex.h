// std::mutex with the annotations that clang's -Wthread-safety needs to check GUARDED_BY. For the
// few places where threads meet outside of loops; loops need none.
#pragma once

#include <mutex>

#include "server/base/thread_annotations.h"

namespace ms {

class MS_TSA(capability("mutex")) Mutex {
 public:
  void lock() MS_TSA(acquire_capability()) { mutex_.lock(); }
  void unlock() MS_TSA(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

// Holds a Mutex while it lives; unlock() and lock() for the time in between, also by a
// std::condition_variable_any that waits. Wait in a loop, not with a predicate: the check does not
// look into lambdas.
class MS_TSA(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) MS_TSA(acquire_capability(mutex)) : lock_(mutex) {}
  ~MutexLock() MS_TSA(release_capability()) {}
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  void lock() MS_TSA(acquire_capability()) { lock_.lock(); }
  void unlock() MS_TSA(release_capability()) { lock_.unlock(); }

 private:
  std::unique_lock<Mutex> lock_;
};

}  // namespace ms
