#include "server/frame/executor.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <vector>

namespace ms::frame {
namespace {

TEST(SerialExecutor, RunsTasksInTheirOrder) {
  std::vector<int> seen;
  {
    FrameThreads threads;
    const auto executor = std::make_shared<SerialExecutor>(threads, "test");
    for (int i = 0; i < 100; ++i) executor->post([&seen, i] { seen.push_back(i); });
    executor->finish();
  }
  ASSERT_EQ(seen.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
}

TEST(SerialExecutor, HasNoThreadBeforeTheFirstTaskAndNoneAfterTheLast) {
  FrameThreads threads;
  const auto executor = std::make_shared<SerialExecutor>(threads, "test");
  EXPECT_EQ(threads.running(), 0u);
  std::promise<void> done;
  executor->post([&] { done.set_value(); });
  done.get_future().wait();
  executor->finish();
  while (threads.running() > 0) std::this_thread::yield();
}

TEST(SerialExecutor, OneThatHangsHoldsUpNobodyElse) {
  FrameThreads threads;
  const auto stuck = std::make_shared<SerialExecutor>(threads, "stuck");
  const auto other = std::make_shared<SerialExecutor>(threads, "other");
  std::promise<void> release;
  stuck->post([hangs_until = release.get_future()]() mutable { hangs_until.wait(); });
  std::promise<void> done;
  other->post([&] { done.set_value(); });
  done.get_future().wait();
  release.set_value();
  stuck->finish();
  other->finish();
}

TEST(SerialExecutor, RunsWhatIsPostedAfterItsThreadEnded) {
  FrameThreads threads;
  const auto executor = std::make_shared<SerialExecutor>(threads, "test");
  executor->finish();
  for (int i = 0; i < 3; ++i) {
    std::promise<void> done;
    executor->post([&] { done.set_value(); });
    done.get_future().wait();
    while (threads.running() > 0) std::this_thread::yield();
  }
}

TEST(FrameThreads, WaitsForWhatWasPosted) {
  bool has_run = false;
  {
    FrameThreads threads;
    const auto executor = std::make_shared<SerialExecutor>(threads, "test");
    std::promise<void> release;
    executor->post([until = release.get_future()]() mutable { until.wait(); });
    executor->post([&] { has_run = true; });
    executor->finish();
    release.set_value();
  }
  EXPECT_TRUE(has_run);
}

}  // namespace
}  // namespace ms::frame
