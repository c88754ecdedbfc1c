#include "server/base/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <future>

namespace ms::process {
namespace {

using namespace std::chrono_literals;

TEST(Process, CountsAThreadThatStarts) {
  Loop first("first");  // With it, a sanitizer's runtime starts a thread of its own.
  const int before = threadCount();
  Loop loop("counted");

  EXPECT_EQ(threadCount(), before + 1);
}

TEST(Process, CountsAFileThatIsOpened) {
  const int before = openFileCount();

  const int file = open("/dev/null", O_RDONLY | O_CLOEXEC);

  EXPECT_EQ(openFileCount(), before + 1);
  close(file);
  EXPECT_EQ(openFileCount(), before);
}

TEST(Process, TellsMemoryInKib) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);  // ru_maxrss is in KiB, too: an independent bound.

  EXPECT_GT(residentKib(), 100);
  EXPECT_LT(residentKib(), usage.ru_maxrss * 2);
}

TEST(Process, HasAtLeastOneCore) { EXPECT_GE(cpuCount(), 1); }

TEST(Process, TellsTheSoftLimitOfOpenFiles) {
  rlimit old{};
  getrlimit(RLIMIT_NOFILE, &old);
  rlimit small{.rlim_cur = 64, .rlim_max = old.rlim_max};
  setrlimit(RLIMIT_NOFILE, &small);

  EXPECT_EQ(openFileLimit(), 64);
  const auto raised = raiseOpenFileLimit();
  EXPECT_EQ(raised, openFileLimit());
  EXPECT_EQ(raised.value_or(RLIM_INFINITY), old.rlim_max);

  setrlimit(RLIMIT_NOFILE, &old);
}

TEST(Process, CountsOneBusyCoreAsAHundredPercent) {
  const CpuSample before{.at = Timestamp(1s), .used = 3s};

  EXPECT_DOUBLE_EQ(percentOfOneCore(before, {.at = Timestamp(3s), .used = 4s}), 50);
  EXPECT_DOUBLE_EQ(percentOfOneCore(before, {.at = Timestamp(3s), .used = 7s}), 200);
  EXPECT_DOUBLE_EQ(percentOfOneCore(before, {.at = Timestamp(1s), .used = 4s}), 0);
}

TEST(Process, MeasuresCpuWithoutBlockingTheLoop) {
  Loop loop("measured");
  std::promise<double> measured;
  bool blocked = true;

  measureCpu(loop, 20ms, [&](double percent) { measured.set_value(percent); });
  loop.runAndWait([&] { blocked = false; });

  EXPECT_FALSE(blocked);
  EXPECT_GE(measured.get_future().get(), 0);
}

TEST(Process, DropsAMeasurementWhenItsLoopStops) {
  bool called = false;
  {
    Loop loop("stopped");
    measureCpu(loop, 1h, [&](double) { called = true; });
    loop.runAndWait([] {});
  }

  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace ms::process
