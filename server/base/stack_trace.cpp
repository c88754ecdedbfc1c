#include "server/base/stack_trace.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <typeinfo>

#if defined(__SANITIZE_THREAD__)
// Names are looked up in a forked child of the handler, on purpose: see the header.
extern "C" const char* __tsan_default_options() { return "report_signal_unsafe=0"; }
#endif

namespace ms {
namespace {

constexpr int kFatalSignals[] = {SIGSEGV, SIGBUS, SIGFPE,  SIGILL,
                                 SIGABRT, SIGSYS, SIGTRAP, SIGXCPU};
constexpr int kMaxFrames = 64;
constexpr std::size_t kStackBytes = 64 * 1024;
constexpr unsigned kSecondsForNames = 3;
// Lets the log's thread write the lines that came before the fault.
constexpr timespec kTimeForTheLog{.tv_sec = 0, .tv_nsec = 200'000'000};

// Read by the handler: set before it is installed.
int error_file = STDERR_FILENO;
std::atomic<pid_t> dying_thread{0};

void put(const char* text) {
  [[maybe_unused]] const auto written = write(error_file, text, std::strlen(text));
}

void putNumber(std::uint64_t number, unsigned base) {
  char digits[24];
  char* at = digits + sizeof digits - 1;
  *at = '\0';
  do {
    *--at = "0123456789abcdef"[number % base];
    number /= base;
  } while (number > 0);
  put(at);
}

const char* signalName(int signal) {
  const char* name = sigdescr_np(signal);
  return name ? name : "Unknown signal";
}

// "[symbol]" and "module:0xOFFSET", as addr2line and gdb want them.
void putFrame(void* frame, const char* name) {
  Dl_info info{};
  const bool is_known = dladdr(frame, &info) != 0;
  put("[");
  put(name ? name : is_known && info.dli_sname ? info.dli_sname : "?");
  put("]\n");
  put(is_known && info.dli_fname ? info.dli_fname : "?");
  put(":0x");
  const auto base = is_known ? reinterpret_cast<std::uintptr_t>(info.dli_fbase) : 0;
  putNumber(reinterpret_cast<std::uintptr_t>(frame) - base, 16);
  put("\n");
}

void putReadableFrame(void* frame) {
  Dl_info info{};
  if (dladdr(frame, &info) == 0 || !info.dli_sname) return putFrame(frame, nullptr);
  int status = 0;
  char* name = abi::__cxa_demangle(info.dli_sname, nullptr, nullptr, &status);
  putFrame(frame, name);
  std::free(name);
}

// In a copy of the process: a lock that is held for ever ends with the alarm, not with us.
bool putReadableFrames(void* const* frames, int count) {
  const pid_t child = _Fork();
  if (child < 0) return false;
  if (child == 0) {
    signal(SIGALRM, SIG_DFL);
    for (const int fatal : kFatalSignals) signal(fatal, SIG_DFL);
    sigset_t all;
    sigemptyset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
    alarm(kSecondsForNames);
    for (int i = 0; i < count; ++i) putReadableFrame(frames[i]);
    _exit(0);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void putTrace() {
  void* frames[kMaxFrames];
  const int count = backtrace(frames, kMaxFrames);
  put("Stack trace:\n");
  if (putReadableFrames(frames, count)) return;
  put("Names could not be looked up; the same frames without:\n");
  for (int i = 0; i < count; ++i) putFrame(frames[i], nullptr);
}

void onFatalSignal(int signal, siginfo_t* info, void*) {
  pid_t nobody = 0;
  if (!dying_thread.compare_exchange_strong(nobody, gettid())) {
    // Another thread is telling already; a second fault of the same one ends it at once.
    while (nobody != gettid()) pause();
    _exit(128 + signal);
  }
  put(signalName(signal));
  put(" (thread ");
  putNumber(static_cast<std::uint64_t>(pthread_self()), 10);
  put(", pid ");
  putNumber(static_cast<std::uint64_t>(getpid()), 10);
  if (signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL) {
    put(", address 0x");
    putNumber(reinterpret_cast<std::uintptr_t>(info->si_addr), 16);
  }
  put(")\n");
  putTrace();
  nanosleep(&kTimeForTheLog, nullptr);

  // The handler was reset when it was entered (SA_RESETHAND): this time the default action follows.
  raise(signal);
}

[[noreturn]] void onTerminate() {
  put("std::terminate was called");
  if (const auto exception = std::current_exception()) {
    const auto* type = abi::__cxa_current_exception_type();
    put(": uncaught exception of type ");
    put(type ? type->name() : "?");
    try {
      std::rethrow_exception(exception);
    } catch (const std::exception& known) {
      put(": ");
      put(known.what());
    } catch (...) {
    }
  }
  put("\n");
  std::abort();
}

std::string openErrorFile(const std::string& folder) {
  mkdir(folder.c_str(), 0750);  // open() below tells.
  const std::string path = folder + "/errors.log";
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (file < 0) return "'" + path + "' cannot be opened: " + std::strerror(errno);
  error_file = file;

  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  char line[64] = "";
  std::strftime(line, sizeof line, "%Y-%m-%dT%H:%M:%S%z -- New execution\n", &local);
  put(line);
  return {};
}

}  // namespace

std::string installCrashHandler(const std::string& folder) {
  const std::string problem = folder.empty() ? std::string() : openErrorFile(folder);

  void* warm_up[1];
  backtrace(warm_up, 1);  // Loads the unwinder now rather than in the handler.

  struct sigaction action{};
  action.sa_sigaction = onFatalSignal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  for (const int signal : kFatalSignals) sigaction(signal, &action, nullptr);
  std::set_terminate(onTerminate);
  return problem;
}

CrashStack::CrashStack()
    : memory_(mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0)) {
  if (memory_ == MAP_FAILED) return;
  const stack_t stack{.ss_sp = memory_, .ss_flags = 0, .ss_size = kStackBytes};
  sigaltstack(&stack, nullptr);
}

CrashStack::~CrashStack() {
  if (memory_ == MAP_FAILED) return;
  const stack_t none{.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
  sigaltstack(&none, nullptr);
  munmap(memory_, kStackBytes);
}

}  // namespace ms
