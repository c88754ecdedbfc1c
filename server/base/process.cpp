#include "server/base/process.h"

#include <dirent.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace ms::process {
namespace {

std::optional<std::uint64_t> softLimit(__rlimit_resource resource) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return limit.rlim_cur;
}

int countEntries(const char* folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(folder), closedir);
  if (!directory) return 0;
  int count = 0;
  while (const dirent* entry = readdir(directory.get())) count += entry->d_name[0] != '.';
  return count;
}

Duration toDuration(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + Duration(time.tv_usec);
}

}  // namespace

std::int64_t residentKib() {
  // proc(5): the second number of statm is the resident set in pages.
  std::ifstream file("/proc/self/statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  file >> size >> resident;
  return resident * sysconf(_SC_PAGESIZE) / 1024;
}

int threadCount() { return countEntries("/proc/self/task"); }

int openFileCount() {
  // Less the descriptor that reads the folder.
  return std::max(countEntries("/proc/self/fd") - 1, 0);
}

int cpuCount() {
  constexpr int kMostCpus = 4096;  // A mask that is too short would fail with EINVAL.
  const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> mask(
      CPU_ALLOC(kMostCpus), [](cpu_set_t* set) { CPU_FREE(set); });
  const std::size_t size = CPU_ALLOC_SIZE(kMostCpus);
  if (mask && sched_getaffinity(0, size, mask.get()) == 0)
    return std::max(CPU_COUNT_S(size, mask.get()), 1);
  return std::max(static_cast<int>(std::thread::hardware_concurrency()), 1);
}

std::optional<std::uint64_t> threadLimit() { return softLimit(RLIMIT_NPROC); }
std::optional<std::uint64_t> openFileLimit() { return softLimit(RLIMIT_NOFILE); }

std::optional<std::uint64_t> raiseOpenFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  return openFileLimit();
}

CpuSample sampleCpu() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return {Loop::now(), toDuration(usage.ru_utime) + toDuration(usage.ru_stime)};
}

double percentOfOneCore(const CpuSample& before, const CpuSample& after) {
  const auto wall = after.at - before.at;
  if (wall <= Duration::zero()) return 0;
  const auto used = std::max(after.used - before.used, Duration::zero());
  return 100.0 * static_cast<double>(used.count()) / static_cast<double>(wall.count());
}

void measureCpu(Loop& loop, Duration interval, std::move_only_function<void(double)> done) {
  // The handler holds its timer, so that a loop that is destroyed frees both.
  loop.post([&loop, interval, done = std::move(done)]() mutable {
    auto timer = std::make_shared<boost::asio::steady_timer>(loop.context(), interval);
    auto& handle = *timer;
    handle.async_wait([timer = std::move(timer), before = sampleCpu(), done = std::move(done)](
                          auto) mutable { done(percentOfOneCore(before, sampleCpu())); });
  });
}

}  // namespace ms::process
