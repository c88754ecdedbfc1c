#include <benchmark/benchmark.h>

#include <ctime>
#include <string>

#include "server/net/ice_test_peer.h"

namespace ms::net {
namespace {

constexpr int kTurns = 16;  // Of one iteration: less than a socket buffer holds.

double threadCpuSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// From IceAgent::send() to the kernel, and from the kernel to the observer: datagrams of 1200 bytes
// over a selected UDP pair on loopback, some per turn of the loop. The time is the sending thread's
// CPU time, items are datagrams; "receive" is the receiving thread's CPU time per datagram.
// Loopback charges the kernel's receive path to the sender.
void MediaPath_Udp(benchmark::State& state) {
  const int per_turn = static_cast<int>(state.range(0));
  IceTestPair pair(onLoopback(), isUdp);
  if (!pair.connect()) return state.SkipWithError("no path");
  std::uint64_t received = 0;
  pair.second.onLoop([&] {
    pair.second.react = [&] {
      ++received;
      pair.second.datagrams.clear();
    };
  });
  const std::string datagram(1200, '\x80');
  const double before = pair.second.ask([] { return threadCpuSeconds(); });

  std::uint64_t sent = 0;
  for (auto _ : state) {
    double seconds = 0;
    pair.first.onLoop([&] {
      auto& turns = pair.first_worker.services().turns;
      const double start = threadCpuSeconds();
      for (int turn = 0; turn < kTurns; ++turn) {
        turns.begin();
        for (int i = 0; i < per_turn; ++i) pair.first.agent->send(bytesOf(datagram));
        turns.end();
      }
      seconds = threadCpuSeconds() - start;
    });
    state.SetIterationTime(seconds);
    sent += static_cast<std::uint64_t>(kTurns * per_turn);
    pair.second.waitFor([&] { return received >= sent; });
  }

  const double after = pair.second.ask([] { return threadCpuSeconds(); });
  state.SetItemsProcessed(static_cast<std::int64_t>(sent));
  state.counters["receive"] =
      benchmark::Counter((after - before) / static_cast<double>(received),
                         benchmark::Counter::kDefaults, benchmark::Counter::kIs1000);
  pair.second.onLoop([&] { pair.second.react = nullptr; });
}
BENCHMARK(MediaPath_Udp)->ArgName("per_turn")->Arg(1)->Arg(2)->Arg(4)->Arg(8)->UseManualTime();

}  // namespace
}  // namespace ms::net
