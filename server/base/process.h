// What this process uses and may use, as the kernel tells it: for ServerManager's numbers and the
// resource limits of `create`. Every function reads /proc or asks the kernel, some microseconds
// each. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "server/base/loop.h"
#include "server/base/units.h"

namespace ms::process {

std::int64_t residentKib();
int threadCount();
int openFileCount();
int cpuCount();  // Cores of the affinity mask, at least 1.

// Soft limits; nothing when unlimited.
std::optional<std::uint64_t> threadLimit();
std::optional<std::uint64_t> openFileLimit();

// Lifts the soft limit of open files to the hard one; gives back the limit in force afterwards.
std::optional<std::uint64_t> raiseOpenFileLimit();

struct CpuSample {
  Timestamp at{};
  Duration used{};  // User and system time of all threads.
};
CpuSample sampleCpu();

// 100 is one core busy all the time. 0 when no time passed.
double percentOfOneCore(const CpuSample& before, const CpuSample& after);

// Calls `done` on `loop` once `interval` is over, with the share used in it. A loop that is stopped
// before drops `done`. Any thread.
void measureCpu(Loop& loop, Duration interval, std::move_only_function<void(double)> done);

}  // namespace ms::process
