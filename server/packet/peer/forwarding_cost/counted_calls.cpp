#include "server/packet/peer/forwarding_cost/counted_calls.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>

namespace {

constexpr std::size_t kFrames = 24;

std::atomic<std::uint64_t> heap_calls, lock_calls;
thread_local bool is_counting = false;
std::array<void*, kFrames> first_frames;
int first_frame_count = 0;

void note(std::atomic<std::uint64_t>& counter) {
  if (!is_counting) return;
  is_counting = false;  // What backtrace() does is not of interest.
  ++counter;
  if (first_frame_count == 0) first_frame_count = backtrace(first_frames.data(), kFrames);
  is_counting = true;
}

// What would have been called without this file.
template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

// glibc's own names for its allocator; dlsym() would need memory before it is found.
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
void __libc_free(void* memory);

void* malloc(std::size_t bytes) noexcept {
  note(heap_calls);
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) noexcept {
  note(heap_calls);
  return __libc_calloc(count, bytes);
}
void* realloc(void* memory, std::size_t bytes) noexcept {
  note(heap_calls);
  return __libc_realloc(memory, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) noexcept {
  note(heap_calls);
  return __libc_memalign(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  note(heap_calls);
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) noexcept {
  note(heap_calls);
  *memory = __libc_memalign(alignment, bytes);
  return *memory ? 0 : ENOMEM;
}
void free(void* memory) noexcept {
  if (memory) note(heap_calls);
  __libc_free(memory);
}

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  static const auto original = next<int(pthread_mutex_t*)>("pthread_mutex_lock");
  note(lock_calls);
  return original(mutex);
}
int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
  static const auto original = next<int(pthread_mutex_t*)>("pthread_mutex_trylock");
  note(lock_calls);
  return original(mutex);
}
int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
  static const auto original = next<int(pthread_rwlock_t*)>("pthread_rwlock_rdlock");
  note(lock_calls);
  return original(lock);
}
int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
  static const auto original = next<int(pthread_rwlock_t*)>("pthread_rwlock_wrlock");
  note(lock_calls);
  return original(lock);
}
int pthread_spin_lock(pthread_spinlock_t* lock) noexcept {
  static const auto original = next<int(pthread_spinlock_t*)>("pthread_spin_lock");
  note(lock_calls);
  return original(lock);
}
}

namespace ms::peer {

CountedCalls::CountedCalls() {
  void* frame = nullptr;
  backtrace(&frame, 1);  // Loads a library the first time.
  is_counting = true;
}
CountedCalls::~CountedCalls() { is_counting = false; }

CallCounts CountedCalls::counts() { return {.heap = heap_calls, .locks = lock_calls}; }

std::string CountedCalls::firstCallers() {
  std::string text;
  char** lines = backtrace_symbols(first_frames.data(), first_frame_count);
  for (int i = 0; lines && i < first_frame_count; ++i) text.append(lines[i]).append("\n");
  std::free(lines);
  return text;
}

void CountedCalls::reset() {
  heap_calls = lock_calls = 0;
  first_frame_count = 0;
}

}  // namespace ms::peer
