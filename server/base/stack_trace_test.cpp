#include "server/base/stack_trace.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "server/base/uuid.h"

// Outside the unnamed namespace, so that their names can be found.
__attribute__((noinline)) void crashTestVictim(int signal) {
  raise(signal);
  asm volatile("");  // No tail call: the frame stays.
}

__attribute__((noinline)) int crashTestOverflow(int depth) {
  volatile char frame[4096];
  frame[0] = static_cast<char>(depth);
  return depth == -1 ? 0 : crashTestOverflow(depth + 1) + frame[0];
}

namespace ms {
namespace {

namespace fs = std::filesystem;

class StackTrace : public testing::Test {
 protected:
  StackTrace() : folder_(fs::temp_directory_path() / ("crash-" + makeUuid())) {}
  ~StackTrace() override { fs::remove_all(folder_); }

  // Lets a child process die of `fault`; gives back its wait status.
  int dieOf(const std::function<void()>& fault) {
    const pid_t child = fork();
    if (child == 0) {
      const rlimit no_core{.rlim_cur = 0, .rlim_max = 0};
      setrlimit(RLIMIT_CORE, &no_core);
      installCrashHandler(folder_);
      const CrashStack stack;
      fault();
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
  }
  std::string errors() const {
    std::ifstream file(folder_ / "errors.log");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const fs::path folder_;
};

TEST_F(StackTrace, NamesTheSignalAndEndsWithTheDefaultAction) {
  const int status = dieOf([] { crashTestVictim(SIGSEGV); });

  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGSEGV);
  EXPECT_NE(errors().find(" -- New execution\nSegmentation fault (thread "), std::string::npos);
  EXPECT_NE(errors().find("\nStack trace:\n["), std::string::npos);
}

TEST_F(StackTrace, TellsNameModuleAndOffsetOfEachFrame) {
  dieOf([] { crashTestVictim(SIGILL); });

  const auto program = fs::read_symlink("/proc/self/exe").filename().string();
  EXPECT_NE(errors().find(program + ":0x"), std::string::npos) << errors();
  EXPECT_NE(errors().find("[crashTestVictim(int)]"), std::string::npos) << errors();
}

TEST_F(StackTrace, TellsOfAnExceptionThatNobodyCaught) {
  const int status =
      dieOf([] { std::thread([] { throw std::runtime_error("left alone"); }).join(); });

  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGABRT);
  EXPECT_NE(errors().find("runtime_error: left alone\nAborted (thread "), std::string::npos);
}

TEST_F(StackTrace, WorksOnAStackThatOverflowed) {
  const int status = dieOf([] { crashTestOverflow(0); });

  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGSEGV);
  EXPECT_NE(errors().find("[crashTestOverflow(int)]"), std::string::npos);
}

TEST_F(StackTrace, IsAddedToWhatIsThere) {
  dieOf([] { crashTestVictim(SIGFPE); });
  dieOf([] { crashTestVictim(SIGBUS); });

  const auto text = errors();
  EXPECT_LT(text.find("Floating point exception"), text.find("Bus error"));
}

TEST_F(StackTrace, SaysWhyTheFileCannotBeOpened) {
  std::ofstream(folder_) << "in the way";
  const pid_t child = fork();
  if (child == 0) {
    const auto problem = installCrashHandler(folder_);
    _exit(problem.find("errors.log") != std::string::npos ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);

  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace ms
