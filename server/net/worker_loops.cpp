#include "server/net/worker_loops.h"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

namespace ms::net {
namespace {

// How often the last tasks of a loop may post another: closing an agent takes one.
constexpr int kLastRounds = 3;

std::size_t workerCount(std::size_t wanted) {
  if (wanted == 0) wanted = std::thread::hardware_concurrency();
  return std::clamp<std::size_t>(wanted, 1, kMaxWorkers);
}

}  // namespace

Worker::Worker(std::string name) : loop_(std::move(name)) {
  loop_.runAndWait([this] {
    loop_.assertHere();
    services_ = std::make_unique<WorkerServices>(loop_);
  });
}

Worker::~Worker() {
  for (int round = 0; round < kLastRounds; ++round) loop_.runAndWait([] {});
  loop_.runAndWait([this] {
    loop_.assertHere();
    services_.reset();
  });
  loop_.stop();
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

WorkerLease WorkerLoops::lease() {
  const auto least =
      std::min_element(workers_.begin(), workers_.end(),
                       [](const auto& a, const auto& b) { return a->leases() < b->leases(); });
  return WorkerLease(**least);
}

}  // namespace ms::net
