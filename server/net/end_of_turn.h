// What is done once at the end of a turn of a loop, however often it was asked for in it: batches
// are handed over then. A turn is one round of a PollSet; what is asked for outside of one (a
// timer, a posted task) is done after the tasks that were posted until then.
//
// Made, used and destroyed on its loop. A hook that runs may wake, make and destroy hooks, itself
// included.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "server/base/loop.h"

namespace ms::net {

class EndOfTurn {
 public:
  // How often one turn is ended again when hooks wake each other; what is left then waits for other
  // work of the loop.
  static constexpr int kMaxRounds = 8;

  // A callable that is registered once and woken any number of times.
  class Hook {
   public:
    // `turns` outlives the hook.
    Hook(EndOfTurn& turns, std::move_only_function<void()> call);
    // What it was woken for is not done any more.
    ~Hook();
    Hook(const Hook&) = delete;
    Hook& operator=(const Hook&) = delete;

    // The callable runs once at the end of this turn; after those that were woken before it.
    void wake();

   private:
    friend class EndOfTurn;

    EndOfTurn& turns_;
    std::move_only_function<void()> call_;
    bool is_woken_ = false;
  };

  explicit EndOfTurn(Loop& loop);
  ~EndOfTurn();
  EndOfTurn(const EndOfTurn&) = delete;
  EndOfTurn& operator=(const EndOfTurn&) = delete;

  // For who drives turns: what is woken between the two waits for end() instead of a posted task.
  void begin();
  void end();

 private:
  struct Alive {};

  void add(Hook& hook) RUNS_ON(loop_);
  void remove(const Hook& hook) RUNS_ON(loop_);
  void post() RUNS_ON(loop_);

  Loop& loop_;
  std::vector<Hook*> woken_ ONLY_ON(loop_);  // Null: destroyed since.
  std::vector<Hook*> running_ ONLY_ON(loop_);
  bool is_in_turn_ ONLY_ON(loop_) = false;
  bool is_posted_ ONLY_ON(loop_) = false;
  std::shared_ptr<Alive> alive_ = std::make_shared<Alive>();
};

}  // namespace ms::net
