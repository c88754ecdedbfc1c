#include "server/net/end_of_turn.h"

#include <algorithm>
#include <utility>

namespace ms::net {

EndOfTurn::Hook::Hook(EndOfTurn& turns, std::move_only_function<void()> call)
    : turns_(turns), call_(std::move(call)) {}

EndOfTurn::Hook::~Hook() {
  turns_.loop_.assertHere();
  turns_.remove(*this);
}

void EndOfTurn::Hook::wake() {
  turns_.loop_.assertHere();
  if (!std::exchange(is_woken_, true)) turns_.add(*this);
}

EndOfTurn::EndOfTurn(Loop& loop) : loop_(loop) { loop_.assertHere(); }

EndOfTurn::~EndOfTurn() = default;

void EndOfTurn::begin() {
  loop_.assertHere();
  is_in_turn_ = true;
}

void EndOfTurn::end() {
  loop_.assertHere();
  is_in_turn_ = true;
  for (int round = 0; round < kMaxRounds && !woken_.empty(); ++round) {
    std::swap(woken_, running_);
    for (std::size_t i = 0; i < running_.size(); ++i) {
      if (!running_[i]) continue;
      running_[i]->is_woken_ = false;
      auto call = std::move(running_[i]->call_);
      call();
      if (running_[i]) running_[i]->call_ = std::move(call);
    }
    running_.clear();
  }
  is_in_turn_ = false;
  if (!woken_.empty()) post();
}

void EndOfTurn::add(Hook& hook) {
  woken_.push_back(&hook);
  if (!is_in_turn_) post();
}

void EndOfTurn::remove(const Hook& hook) {
  std::ranges::replace(woken_, &hook, nullptr);
  std::ranges::replace(running_, &hook, nullptr);
}

void EndOfTurn::post() {
  if (std::exchange(is_posted_, true)) return;
  loop_.post([this, weak = std::weak_ptr(alive_)] {
    const auto alive = weak.lock();
    if (!alive) return;
    loop_.assertHere();
    is_posted_ = false;
    end();
  });
}

}  // namespace ms::net
