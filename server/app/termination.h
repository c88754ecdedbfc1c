// How the process is told to end: SIGINT and SIGTERM. Made by main() before any thread starts, so
// that all threads leave these signals to it.
//
// The first signal ends the server in order. One that comes once the end has begun, or an end that
// takes longer than kMostTimeToEnd, ends the process at once.
#pragma once

#include <chrono>
#include <optional>

namespace ms::app {

class Termination {
 public:
  static constexpr std::chrono::seconds kMostTimeToEnd{5};

  // Also ignores SIGPIPE, and SIGXFSZ so that a limit of file size is an error of one write.
  Termination();
  Termination(const Termination&) = delete;
  Termination& operator=(const Termination&) = delete;

  // Blocks until a signal comes; gives its number.
  int wait();
  // The same for at most `time`. Nothing when it is over, or when stopWaiting() came.
  std::optional<int> waitFor(std::chrono::seconds time);
  // Ends waitFor(), now or as soon as it begins. Any thread.
  static void stopWaiting();
  // From now on time runs.
  void beginEnd();

  // Asks the process to end as a signal from outside would. Any thread.
  static void request();
};

}  // namespace ms::app
