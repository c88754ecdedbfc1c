// For tests: counts what a piece of code takes from the heap and which locks it takes, in whatever
// library. The program that links counted_calls.cpp has malloc(), pthread_mutex_lock() and their
// like replaced for all of it; sanitizers replace the same functions, so they cannot be combined.
#pragma once

#include <cstdint>
#include <string>

namespace ms::peer {

struct CallCounts {
  std::uint64_t heap = 0;   // malloc, calloc, realloc, aligned allocation, free.
  std::uint64_t locks = 0;  // Mutexes, read-write locks, spin locks.
};

// While one exists, calls of this thread are counted.
class CountedCalls {
 public:
  CountedCalls();
  ~CountedCalls();
  CountedCalls(const CountedCalls&) = delete;
  CountedCalls& operator=(const CountedCalls&) = delete;

  // Since the last reset(), of all threads that counted.
  static CallCounts counts();
  // Where the first of them came from, a line per frame; empty when there was none.
  static std::string firstCallers();
  static void reset();
};

}  // namespace ms::peer
