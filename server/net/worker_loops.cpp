#include "server/net/worker_loops.h"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

namespace ms::net {
namespace {

// How often the last tasks of a loop may post another, perhaps to another loop: a peer that ends
// takes its relay's end along, which is told forth and back, and its agent's.
constexpr int kLastRounds = 6;

std::size_t workerCount(std::size_t wanted) {
  if (wanted == 0) wanted = std::thread::hardware_concurrency();
  return std::clamp<std::size_t>(wanted, 1, kMaxWorkers);
}

}  // namespace

WorkerServices::WorkerServices(Worker& worker)
    : turns(worker.loop()),
      polls(worker.loop(), turns),
      deliveries([this] { deliver.wake(); }),
      deliver(turns, [this] { deliveries.deliver(Loop::now()); }),
      sends(worker.loop(), turns),
      names(std::make_unique<NameResolver>(worker.loop())),
      relays({.worker = worker,
              .polls = polls,
              .turns = turns,
              .deliveries = deliveries,
              .pool = pool}),
      closing(worker.loop()) {}

Worker::Worker(std::string name) : loop_(std::move(name)) {
  loop_.runAndWait([this] {
    loop_.assertHere();
    services_ = std::make_unique<WorkerServices>(*this);
  });
}

Worker::~Worker() {
  for (int round = 0; round < kLastRounds; ++round) drain();
  agentsGone().wait();
  endServices();
  loop_.stop();
}

void Worker::drain() {
  loop_.runAndWait([] {});
}

std::future<void> Worker::agentsGone() {
  std::promise<void> gone;
  auto future = gone.get_future();
  post([gone = std::move(gone)](WorkerServices& services) mutable {
    services.closing.whenGone(kMostLeaveTaking,
                              [gone = std::move(gone)]() mutable { gone.set_value(); });
  });
  return future;
}

void Worker::endServices() {
  loop_.runAndWait([this] {
    loop_.assertHere();
    services_.reset();
  });
}

void Worker::post(std::move_only_function<void(WorkerServices&)> call) {
  loop_.post([this, call = std::move(call)]() mutable {
    loop_.assertHere();
    if (services_) call(*services_);
  });
}

WorkerLease::WorkerLease(Worker& worker) : worker_(&worker) {
  worker_->leases_.fetch_add(1, std::memory_order_relaxed);
}

WorkerLease::~WorkerLease() {
  if (worker_) worker_->leases_.fetch_sub(1, std::memory_order_relaxed);
}

WorkerLease::WorkerLease(WorkerLease&& other) noexcept
    : worker_(std::exchange(other.worker_, nullptr)) {}

WorkerLease& WorkerLease::operator=(WorkerLease&& other) noexcept {
  std::swap(worker_, other.worker_);
  return *this;
}

WorkerLoops::WorkerLoops(std::size_t count) {
  for (std::size_t i = 0; i < workerCount(count); ++i)
    workers_.push_back(std::make_unique<Worker>("worker-" + std::to_string(i)));
}

// All of them before any of them is gone: they post to each other.
WorkerLoops::~WorkerLoops() {
  for (int round = 0; round < kLastRounds; ++round) {
    for (const auto& worker : workers_) worker->drain();
    if (sctp_) sctp_->drain();
  }
  std::vector<std::future<void>> gone;
  for (const auto& worker : workers_) gone.push_back(worker->agentsGone());
  for (const auto& all : gone) all.wait();
  for (const auto& worker : workers_) worker->endServices();
  for (const auto& worker : workers_) worker->loop().stop();
}

Worker& WorkerLoops::leastBusy() const {
  return **std::ranges::min_element(workers_, {},
                                    [](const auto& worker) { return worker->leases(); });
}

SctpLoop& WorkerLoops::sctp() {
  std::call_once(sctp_once_, [this] { sctp_ = std::make_unique<SctpLoop>(); });
  return *sctp_;
}

WorkerLease WorkerLoops::lease() { return WorkerLease(leastBusy()); }

WorkerLease WorkerLoops::leaseNear(Worker& home) {
  Worker& least = leastBusy();
  return WorkerLease(home.leases() - least.leases() < kCrowded ? home : least);
}

}  // namespace ms::net
