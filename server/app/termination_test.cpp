#include "server/app/termination.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

namespace ms::app {
namespace {

// Signals are the whole process's: each test is a child.
int statusOf(const std::function<int(Termination&)>& life) {
  const pid_t child = fork();
  if (child == 0) {
    Termination termination;
    _exit(life(termination));
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

TEST(Termination, TellsWhichSignalCame) {
  EXPECT_EQ(WEXITSTATUS(statusOf([](Termination& termination) {
              raise(SIGINT);
              return termination.wait();
            })),
            SIGINT);
}

TEST(Termination, CanBeAskedForFromInside) {
  EXPECT_EQ(WEXITSTATUS(statusOf([](Termination& termination) {
              Termination::request();
              return termination.wait();
            })),
            SIGTERM);
}

TEST(Termination, EndsAtOnceWithTheSecondSignal) {
  const int status = statusOf([](Termination& termination) {
    raise(SIGTERM);
    termination.wait();
    termination.beginEnd();
    raise(SIGTERM);
    return 0;
  });

  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

TEST(Termination, LeavesNoMoreThanItsTime) {
  const int status = statusOf([](Termination& termination) {
    raise(SIGTERM);
    termination.wait();
    termination.beginEnd();
    const unsigned left = alarm(0);
    if (left == 0 || left > Termination::kMostTimeToEnd.count()) return 2;
    raise(SIGALRM);  // As if it were over.
    return 0;
  });

  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 1);
}

TEST(Termination, WaitsForASecondSignalAsLongAsItIsTold) {
  EXPECT_EQ(WEXITSTATUS(statusOf([](Termination& termination) {
              raise(SIGTERM);
              return termination.waitFor(std::chrono::seconds(60)).value_or(0);
            })),
            SIGTERM);
  EXPECT_EQ(WEXITSTATUS(statusOf([](Termination& termination) {
              return termination.waitFor(std::chrono::seconds(0)) ? 2 : 0;
            })),
            0);
}

TEST(Termination, CanBeToldToWaitNoLonger) {
  EXPECT_EQ(WEXITSTATUS(statusOf([](Termination& termination) {
              Termination::stopWaiting();
              return termination.waitFor(std::chrono::seconds(60)) ? 2 : 0;
            })),
            0);
}

TEST(Termination, IsNotHarmedByBeingToldTooLate) {
  EXPECT_EQ(statusOf([](Termination& termination) {
              termination.beginEnd();
              Termination::stopWaiting();
              return 0;
            }),
            0);
}

TEST(Termination, LetsAWriteToAClosedPipeFail) {
  const int status = statusOf([](Termination&) {
    int ends[2];
    if (pipe(ends) != 0) return 2;
    close(ends[0]);
    return write(ends[1], "x", 1) == -1 ? 0 : 3;
  });

  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace ms::app
