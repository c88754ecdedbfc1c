// The thread that light peers live on, and what they share there: one epoll for their sockets and
// one clock that ticks for all of them.
#pragma once

#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/base/loop.h"
#include "server/net/end_of_turn.h"
#include "server/net/poll_set.h"

namespace ms::load {

class Peer;

class PeerLoop {
 public:
  static constexpr std::chrono::milliseconds kTick{10};

  explicit PeerLoop(const std::string& name);
  // Destroys the peers.
  ~PeerLoop();
  PeerLoop(const PeerLoop&) = delete;
  PeerLoop& operator=(const PeerLoop&) = delete;

  Loop& loop() { return loop_; }
  net::PollSet& polls() { return *polls_; }

  // Makes a peer there; it lives as long as the loop.
  template <class P, class... Arguments>
  P& make(Arguments&&... arguments) {
    P* result = nullptr;
    std::exception_ptr failure;
    loop_.runAndWait([&] {
      try {
        auto peer = std::make_unique<P>(*this, std::forward<Arguments>(arguments)...);
        result = peer.get();
        peers_.push_back(std::move(peer));
      } catch (...) {
        failure = std::current_exception();
      }
    });
    if (failure) std::rethrow_exception(failure);
    return *result;
  }

 private:
  void tick();

  Loop loop_;
  std::unique_ptr<net::EndOfTurn> turns_;
  std::unique_ptr<net::PollSet> polls_;
  std::unique_ptr<Timer> timer_;
  std::vector<std::unique_ptr<Peer>> peers_;
};

}  // namespace ms::load
