// For tests, fuzzers and benchmarks: a network in virtual time that loses, delays, reorders,
// repeats and damages datagrams, the same way each time for the same seed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "server/base/bytes.h"
#include "server/base/random.h"
#include "server/base/units.h"

namespace ms::peer {

// Deterministic, and with a seed of its own for each user.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint32_t seed) : engine_(seed) {}
  void fill(MutableBytes bytes) override {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(engine_());
  }
  bool happens(double probability) {
    return std::uniform_real_distribution<>(0, 1)(engine_) < probability;
  }
  std::uint32_t below(std::uint32_t limit) {
    return limit == 0 ? 0 : static_cast<std::uint32_t>(engine_() % limit);
  }

 private:
  std::mt19937 engine_;
};

// How one direction treats datagrams. With more jitter than the distance of two datagrams, they
// change their order.
struct NetworkConditions {
  double loss = 0;
  double duplication = 0;
  double corruption = 0;
  Duration delay = std::chrono::milliseconds(20);
  Duration jitter{0};
  Bitrate capacity{0};  // 0: without end. Else what does not leave at once waits, up to max_queue.
  Duration max_queue = std::chrono::milliseconds(500);
};

class SimulatedNetwork {
 public:
  using Receiver = std::function<void(MutableBytes datagram, Timestamp now)>;

  // Something with timers of its own, woken when they are due.
  struct Sleeper {
    std::function<Timestamp()> next_timeout;
    std::function<void(Timestamp)> handle_timeout;
  };

  explicit SimulatedNetwork(std::uint32_t seed) : random_(seed) {}

  Timestamp now() const { return now_; }
  SeededRandom& random() { return random_; }

  void addSleeper(Sleeper sleeper) { sleepers_.push_back(std::move(sleeper)); }
  void at(Timestamp time, std::function<void()> what) { events_.emplace(time, std::move(what)); }
  void after(Duration delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }

  void send(Bytes datagram, const NetworkConditions& conditions, const Receiver& receiver) {
    if (random_.happens(conditions.loss)) return;
    deliver(datagram, conditions, receiver);
    if (random_.happens(conditions.duplication)) deliver(datagram, conditions, receiver);
  }

  void runFor(Duration duration) { runUntil(now_ + duration); }
  void runUntil(Timestamp end) {
    for (;;) {
      const Timestamp next = std::min(nextEvent(), nextTimeout());
      if (next > end) break;
      now_ = std::max(now_, next);
      runDueEvents();
      for (Sleeper& sleeper : sleepers_)
        if (sleeper.next_timeout() <= now_) sleeper.handle_timeout(now_);
    }
    now_ = end;
  }

 private:
  void deliver(Bytes datagram, const NetworkConditions& conditions, const Receiver& receiver) {
    std::vector<std::uint8_t> copy(datagram.begin(), datagram.end());
    if (!copy.empty() && random_.happens(conditions.corruption))
      copy[random_.below(static_cast<std::uint32_t>(copy.size()))] ^=
          static_cast<std::uint8_t>(1u << random_.below(8));
    const Duration jitter(random_.below(static_cast<std::uint32_t>(conditions.jitter.count())));
    after(conditions.delay + jitter,
          [this, receiver, bytes = std::move(copy)]() mutable { receiver(bytes, now_); });
  }

  Timestamp nextEvent() const { return events_.empty() ? kNever : events_.begin()->first; }
  Timestamp nextTimeout() const {
    Timestamp next = kNever;
    for (const Sleeper& sleeper : sleepers_) next = std::min(next, sleeper.next_timeout());
    return next;
  }
  void runDueEvents() {
    while (nextEvent() <= now_) {
      auto event = events_.extract(events_.begin());
      event.mapped()();
    }
  }

  Timestamp now_{std::chrono::seconds(1000)};
  SeededRandom random_;
  std::multimap<Timestamp, std::function<void()>> events_;
  std::vector<Sleeper> sleepers_;
};

}  // namespace ms::peer
