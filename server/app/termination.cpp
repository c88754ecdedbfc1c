#include "server/app/termination.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>

namespace ms::app {
namespace {

sigset_t endingSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

// Nobody else sends it, and its default action is none.
constexpr int kStopWaiting = SIGURG;

sigset_t blockedSignals() {
  sigset_t signals = endingSignals();
  sigaddset(&signals, kStopWaiting);
  return signals;
}

// Async-signal-safe: the rest of the process may hang.
void onTooLate(int) {
  constexpr char kText[] = "The end took too long: leaving at once.\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, kText, sizeof kText - 1);
  _exit(1);
}

}  // namespace

Termination::Termination() {
  const auto signals = blockedSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

int Termination::wait() {
  const auto signals = endingSignals();
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) continue;
  return signal;
}

std::optional<int> Termination::waitFor(std::chrono::seconds time) {
  using std::chrono::steady_clock, std::chrono::nanoseconds;
  const auto signals = blockedSignals();
  const auto deadline = steady_clock::now() + time;
  for (;;) {  // Again after a signal that is not for us, such as a debugger's.
    const nanoseconds left = std::max(nanoseconds(0), nanoseconds(deadline - steady_clock::now()));
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec most{.tv_sec = whole.count(), .tv_nsec = (left - whole).count()};
    const int signal = sigtimedwait(&signals, nullptr, &most);
    if (signal > 0 && signal != kStopWaiting) return signal;
    if (signal == kStopWaiting || errno == EAGAIN) return std::nullopt;
  }
}

void Termination::stopWaiting() { kill(getpid(), kStopWaiting); }

void Termination::beginEnd() {
  const auto signals = endingSignals();
  std::signal(SIGALRM, onTooLate);
  alarm(static_cast<unsigned>(kMostTimeToEnd.count()));
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);  // The next one finds the default action.
}

void Termination::request() { kill(getpid(), SIGTERM); }

}  // namespace ms::app
