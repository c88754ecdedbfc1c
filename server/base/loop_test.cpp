#include "server/base/loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace ms {
namespace {

TEST(Loop, RunsPostedTasksInOrderOnItsOwnThread) {
  Loop loop("test");
  std::vector<int> order;
  std::promise<bool> done;

  loop.post([&] { order.push_back(1); });
  loop.post([&] { order.push_back(2); });
  loop.post([&] { done.set_value(loop.isHere()); });

  EXPECT_TRUE(done.get_future().get());
  EXPECT_EQ(order, (std::vector{1, 2}));
  EXPECT_FALSE(loop.isHere());
}

TEST(Loop, DestroysWhatIsPostedAfterStop) {
  Loop loop("test");
  loop.stop();
  bool ran = false;
  const auto carried = std::make_shared<int>();

  loop.post([&, carried] { ran = true; });

  EXPECT_FALSE(ran);
  EXPECT_EQ(carried.use_count(), 1);
}

TEST(Loop, DoesNotWaitForWhatItWillNotRun) {
  Loop loop("test");
  loop.stop();
  bool ran = false;

  loop.runAndWait([&] { ran = true; });

  EXPECT_FALSE(ran);
}

TEST(Loop, StopsWhileOthersPost) {
  Loop loop("test");
  Loop other("other");
  std::promise<void> posting;
  std::atomic<bool> enough = false;

  other.post([&] {
    for (int i = 0; !enough; ++i) {
      loop.post([] {});
      if (i == 100) posting.set_value();
    }
  });
  posting.get_future().wait();
  loop.stop();
  enough = true;
  other.runAndWait([] {});

  EXPECT_FALSE(loop.isHere());
}

TEST(Timer, RunsItsTaskOnceOnTheLoop) {
  Loop loop("test");
  std::promise<bool> done;
  std::unique_ptr<Timer> timer;

  loop.post([&] {
    timer = std::make_unique<Timer>(loop);
    timer->start(Duration(1000), [&] { done.set_value(loop.isHere()); });
  });

  EXPECT_TRUE(done.get_future().get());
  loop.runAndWait([&] { timer.reset(); });
}

TEST(Timer, ForgetsItsTaskWhenCancelledReplacedOrDestroyed) {
  Loop loop("test");
  int cancelled = 0;
  std::promise<void> done;
  std::unique_ptr<Timer> last;

  loop.post([&] {
    Timer destroyed(loop);
    destroyed.start(Duration(0), [&] { ++cancelled; });
    last = std::make_unique<Timer>(loop);
    last->start(Duration(0), [&] { ++cancelled; });
    last->start(Duration(2000), [&] { done.set_value(); });
  });

  done.get_future().get();
  EXPECT_EQ(cancelled, 0);
  loop.runAndWait([&] { last.reset(); });
}

TEST(Loop, KeepsTheOrderOfPostsFromItselfAndFromOthers) {
  Loop loop("ordered"), other("other");
  std::string order;

  loop.runAndWait([&] {
    loop.post([&] { order += "a"; });
    other.runAndWait([&] { loop.post([&] { order += "b"; }); });
    loop.post([&] { order += "c"; });
  });
  loop.runAndWait([] {});

  EXPECT_EQ(order, "abc");
}

}  // namespace
}  // namespace ms
