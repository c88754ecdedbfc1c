#include "bench/load/peer_loop.h"

#include "bench/load/peer.h"

namespace ms::load {

PeerLoop::PeerLoop(const std::string& name) : loop_(name) {
  loop_.runAndWait([this] {
    turns_ = std::make_unique<net::EndOfTurn>(loop_);
    polls_ = std::make_unique<net::PollSet>(loop_, *turns_);
    timer_ = std::make_unique<Timer>(loop_);
    tick();
  });
}

PeerLoop::~PeerLoop() {
  loop_.runAndWait([this] {
    peers_.clear();
    timer_.reset();
    polls_.reset();
    turns_.reset();
  });
}

void PeerLoop::tick() {
  const Timestamp now = Loop::now();
  for (const auto& peer : peers_) peer->tick(now);
  timer_->start(kTick, [this] { tick(); });
}

}  // namespace ms::load
