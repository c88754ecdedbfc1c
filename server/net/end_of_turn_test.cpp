#include "server/net/end_of_turn.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <functional>
#include <future>
#include <optional>
#include <string>

#include "server/net/poll_set.h"

namespace ms::net {
namespace {

// Turns on a loop of their own; each test's steps run there.
class EndOfTurnTest : public testing::Test {
 protected:
  EndOfTurnTest() {
    onLoop([this] { turns.emplace(loop); });
  }
  ~EndOfTurnTest() override {
    onLoop([this] { turns.reset(); });
  }

  void onLoop(Task task) { loop.runAndWait(std::move(task)); }

  Loop loop{"test"};
  std::optional<EndOfTurn> turns;
  std::string log;
};

TEST_F(EndOfTurnTest, RunsAHookOnceHoweverOftenItWasWoken) {
  onLoop([this] {
    EndOfTurn::Hook hook(*turns, [this] { log += "hook "; });
    turns->begin();
    hook.wake();
    hook.wake();
    log += "turn ";
    turns->end();
    turns->end();
  });

  EXPECT_EQ(log, "turn hook ");
}

TEST_F(EndOfTurnTest, PostsOnceForWhatIsWokenOutsideOfATurn) {
  std::optional<EndOfTurn::Hook> hook;
  onLoop([&] {
    hook.emplace(*turns, [this] { log += "hook "; });
    hook->wake();
    loop.post([this] { log += "later "; });
    log += "task ";
    hook->wake();
  });
  onLoop([] {});
  onLoop([&] { hook.reset(); });

  EXPECT_EQ(log, "task hook later ");
}

TEST_F(EndOfTurnTest, RunsInTheSameTurnWhatAHookWakes) {
  onLoop([this] {
    EndOfTurn::Hook second(*turns, [this] { log += "second "; });
    EndOfTurn::Hook first(*turns, [&] {
      log += "first ";
      second.wake();
    });
    first.wake();
    turns->end();
    log += "end ";
  });

  EXPECT_EQ(log, "first second end ");
}

TEST_F(EndOfTurnTest, LetsOtherWorkRunWhenHooksWakeEachOtherForever) {
  int runs = 0;
  onLoop([&] {
    std::optional<EndOfTurn::Hook> hook;
    hook.emplace(*turns, [&] {
      ++runs;
      hook->wake();
    });
    hook->wake();
    turns->end();
  });

  EXPECT_EQ(runs, EndOfTurn::kMaxRounds);
}

TEST_F(EndOfTurnTest, ForgetsAHookThatWasDestroyedAfterItWasWoken) {
  onLoop([this] {
    std::optional<EndOfTurn::Hook> destroyed;
    EndOfTurn::Hook destroyer(*turns, [&] { destroyed.reset(); });
    destroyed.emplace(*turns, [this] { log += "destroyed "; });
    destroyer.wake();
    destroyed->wake();
    turns->end();
  });

  EXPECT_EQ(log, "");
}

TEST_F(EndOfTurnTest, LetsAHookDestroyItself) {
  onLoop([this] {
    std::optional<EndOfTurn::Hook> hook;
    hook.emplace(*turns, [&hook, kept = std::string("still here"), this] {
      hook.reset();
      log += kept;
    });
    hook->wake();
    turns->end();
  });

  EXPECT_EQ(log, "still here");
}

TEST_F(EndOfTurnTest, ComesAfterAllThatARoundOfThePollSetTold) {
  struct Reader : PollSet::Owner {
    explicit Reader(std::function<void()> tell) : told(std::move(tell)) {}
    void onReady(int descriptor, std::uint32_t) override {
      eventfd_t value;
      eventfd_read(descriptor, &value);
      told();
    }
    std::function<void()> told;
  };
  std::optional<PollSet> polls;
  std::optional<EndOfTurn::Hook> hook;
  Reader reader([&] {
    log += "event ";
    hook->wake();
  });
  const int first = eventfd(1, EFD_NONBLOCK), second = eventfd(1, EFD_NONBLOCK);
  std::promise<void> done;
  onLoop([&] {
    hook.emplace(*turns, [&] {
      log += "hook ";
      done.set_value();
    });
    polls.emplace(loop, *turns);
    const auto id = polls->add(reader);
    polls->watch(id, first, EPOLLIN);
    polls->watch(id, second, EPOLLIN);
  });
  done.get_future().wait();
  onLoop([&] {
    polls.reset();
    hook.reset();
  });
  ::close(first);
  ::close(second);

  EXPECT_EQ(log, "event event hook ");
}

}  // namespace
}  // namespace ms::net
