#include "server/net/worker_loops.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>

namespace ms::net {
namespace {

TEST(WorkerLoops, NameTheirThreads) {
  WorkerLoops loops(2);
  std::array<char, 16> name{};

  loops.at(1).loop().runAndWait([&] { pthread_getname_np(pthread_self(), name.data(), 16); });

  EXPECT_STREQ(name.data(), "worker-1");
}

TEST(WorkerLoops, LeaseTheLeastLoadedWorker) {
  WorkerLoops loops(3);

  auto first = loops.lease(), second = loops.lease(), third = loops.lease();
  EXPECT_EQ(loops.at(0).leases(), 1);
  EXPECT_EQ(loops.at(1).leases(), 1);
  EXPECT_EQ(loops.at(2).leases(), 1);

  const Worker* const freed = &second.worker();
  {
    const WorkerLease ended = std::move(second);
  }
  EXPECT_EQ(&loops.lease().worker(), freed);
}

TEST(WorkerLoops, CountALeaseThatMovedOnce) {
  WorkerLoops loops(1);
  auto lease = loops.lease();

  lease = loops.lease();

  EXPECT_EQ(loops.at(0).leases(), 1);
}

TEST(WorkerLoops, HaveAtLeastOneThread) { EXPECT_GE(WorkerLoops(0).size(), 1u); }

}  // namespace
}  // namespace ms::net
