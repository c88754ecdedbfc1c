// What a process uses, as /proc shows it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>

namespace ms::load {

struct ProcessUsage {
  std::chrono::microseconds cpu{0};  // User and system; the kernel counts in steps of 10 ms.
  std::size_t resident_kb = 0;
  std::size_t threads = 0;
  std::size_t descriptors = 0;

  // Throws LoadError when there is no such process, or it is not ours to look at.
  static ProcessUsage of(pid_t process);
};

}  // namespace ms::load
