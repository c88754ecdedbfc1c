#include "server/app/privileges.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <future>
#include <thread>

namespace ms::app {
namespace {

// There is no way back: each test is a child. Its exit status.
int statusOf(const std::function<int()>& life) {
  const pid_t child = fork();
  if (child == 0) _exit(life());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int startProgram() {
  execl("/bin/true", "true", nullptr);
  return errno;
}

TEST(BlockProgramStart, MakesTheKernelRefuseExec) {
  EXPECT_EQ(statusOf(startProgram), 0);
  EXPECT_EQ(statusOf([] { return blockProgramStart().empty() ? startProgram() : 0; }), EPERM);
}

TEST(BlockProgramStart, HoldsForChildren) {
  EXPECT_EQ(statusOf([] { return blockProgramStart().empty() ? statusOf(startProgram) : 0; }),
            EPERM);
}

TEST(BlockProgramStart, HoldsForThreadsThatAreThereAlready) {
  EXPECT_EQ(statusOf([] {
              std::promise<void> blocked;
              int status = 0;
              std::thread earlier([&] {
                blocked.get_future().wait();
                status = startProgram();
              });
              const bool is_blocked = blockProgramStart().empty();
              blocked.set_value();
              earlier.join();
              return is_blocked ? status : 0;
            }),
            EPERM);
}

TEST(BlockProgramStart, LeavesOtherCallsAlone) {
  EXPECT_EQ(statusOf([] { return blockProgramStart().empty() && getppid() > 0 ? 7 : 0; }), 7);
}

TEST(BecomeUser, HasNothingToDoForTheUserItIs) { EXPECT_EQ(becomeUser(geteuid()), ""); }

TEST(BecomeUser, GivesUpRootForGood) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  EXPECT_EQ(statusOf([] {
              if (!becomeUser(54321).empty()) return 1;
              if (geteuid() != 54321 || getuid() != 54321 || getegid() != 54321) return 2;
              return setuid(0) == 0 ? 3 : 7;
            }),
            7);
}

TEST(BecomeUser, TellsThatOnlyRootMay) {
  EXPECT_EQ(statusOf([] {
              if (geteuid() == 0 && !becomeUser(54321).empty()) return 1;
              return becomeUser(54322) == "setgroups: Operation not permitted" ? 7 : 2;
            }),
            7);
}

}  // namespace
}  // namespace ms::app
