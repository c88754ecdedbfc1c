// The threads that media lives on: one loop per core (configurable), each with what its objects
// share. The number never depends on the number of sessions.
//
// A WorkerLease says on which worker an object lives, and counts it there while it lives.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <vector>

#include "server/base/loop.h"
#include "server/base/random.h"
#include "server/net/closing_agents.h"
#include "server/net/datagram_reader.h"
#include "server/net/end_of_turn.h"
#include "server/net/name_resolver.h"
#include "server/net/poll_set.h"
#include "server/net/relays.h"
#include "server/net/sctp_loop.h"
#include "server/net/send_batch.h"
#include "server/packet/peer/delivery_queue.h"
#include "server/packet/rtp/packet_pool.h"

namespace ms::net {

inline constexpr std::size_t kMaxWorkers = 256;

class Worker;

// What the objects of one worker share; touched on its loop only.
struct WorkerServices {
  explicit WorkerServices(Worker& worker);
  EndOfTurn turns;
  PollSet polls;
  peer::DeliveryQueue deliveries;
  EndOfTurn::Hook deliver;
  SendBatch sends;
  DatagramReader reader;
  rtp::PacketPool pool;
  SystemRandom random;
  std::unique_ptr<NameResolver> names;  // Tests put in another.
  Relays relays;
  ClosingAgents closing;  // Last: what it abandons lets go of the others.
};

class Worker {
 public:
  // Of the time that the end of a worker may take: for an answer from the other side of the world.
  static constexpr std::chrono::milliseconds kMostLeaveTaking{400};

  // Starts the thread.
  explicit Worker(std::string name);
  // Ends it. What lives on it was closed before.
  ~Worker();
  // The parts of that, for workers that post to each other: what is still posted runs, agents take
  // their leave, then the services end. Any thread but this one's.
  void drain();
  // Ready when all agents have taken their leave of TURN servers, or after kMostLeaveTaking.
  std::future<void> agentsGone();
  void endServices();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  Loop& loop() MS_TSA(lock_returned(loop_)) { return loop_; }
  WorkerServices& services() MS_TSA(requires_capability(loop_)) { return *services_; }
  // Runs `call` on the loop, as long as there are services. Any thread.
  void post(std::move_only_function<void(WorkerServices&)> call);
  int leases() const { return leases_.load(std::memory_order_relaxed); }

 private:
  friend class WorkerLease;

  Loop loop_;
  std::unique_ptr<WorkerServices> services_ ONLY_ON(loop_);
  std::atomic<int> leases_{0};
};

// Any thread.
class WorkerLease {
 public:
  explicit WorkerLease(Worker& worker);
  ~WorkerLease();
  WorkerLease(WorkerLease&& other) noexcept;
  WorkerLease& operator=(WorkerLease&& other) noexcept;

  Worker& worker() const { return *worker_; }
  Loop& loop() const { return worker_->loop(); }

 private:
  Worker* worker_;
};

class WorkerLoops {
 public:
  // So many more peers than on the least busy worker, and a pipeline's worker is full: a small call
  // stays on one core, where packets need not cross loops, and a large broadcast gets all of them.
  static constexpr int kCrowded = 8;

  // 1..kMaxWorkers threads, named worker-0 and so on; 0: one per core.
  explicit WorkerLoops(std::size_t count);
  ~WorkerLoops();

  // On the worker with the fewest leases. Any thread.
  WorkerLease lease();
  // On `home` while it has fewer than kCrowded leases more than that one. Any thread.
  WorkerLease leaseNear(Worker& home);

  // The loop of all SCTP; its thread starts with the first call. Any thread.
  SctpLoop& sctp();

  std::size_t size() const { return workers_.size(); }
  Worker& at(std::size_t index) { return *workers_[index]; }

 private:
  Worker& leastBusy() const;

  std::once_flag sctp_once_;
  std::unique_ptr<SctpLoop> sctp_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace ms::net
