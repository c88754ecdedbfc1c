// What is left behind when the process dies of a fault of its own: the name of the signal or the
// exception that nobody caught, and a stack trace, written to `errors.log` or stderr. The default
// action follows, so that a core is dumped where the system is set up for it.
//
// In the handler only async-signal-safe calls are made (signal-safety(7)), with two exceptions that
// take no memory: backtrace() and dladdr(). Readable names are looked up afterwards in a forked
// child that is given little time, because the heap may be what is broken.
#pragma once

#include <string>

namespace ms {

// Opens `<folder>/errors.log`, which begins with a line that tells executions apart, and catches
// fatal signals and std::terminate from now on. An empty folder means stderr. Gives back why the
// file cannot be opened; then stderr is used. Called once by main().
std::string installCrashHandler(const std::string& folder);

// A stack for the handler of this thread, so that a stack that overflowed can be told, too. Lives
// as long as the thread's work.
class CrashStack {
 public:
  CrashStack();
  ~CrashStack();
  CrashStack(const CrashStack&) = delete;
  CrashStack& operator=(const CrashStack&) = delete;

 private:
  void* const memory_;
};

}  // namespace ms
