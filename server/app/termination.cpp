#include "server/app/termination.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>

namespace ms::app {
namespace {

sigset_t endingSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
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
  const auto signals = endingSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

int Termination::wait() {
  const auto signals = endingSignals();
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) continue;

  std::signal(SIGALRM, onTooLate);
  alarm(static_cast<unsigned>(kMostTimeToEnd.count()));
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);  // The next one finds the default action.
  return signal;
}

void Termination::request() { kill(getpid(), SIGTERM); }

}  // namespace ms::app
