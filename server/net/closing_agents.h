// The ICE agents that outlive their owners because they still give allocations back to TURN
// servers, which takes a round trip to each: known to the worker, so that it can end without their
// answers.
//
// Used on its loop.
#pragma once

#include <vector>

#include "server/base/loop.h"

namespace ms::net {

class ClosingAgents {
 public:
  class Agent {
   public:
    // No answer is waited for any more: from now on it does nothing on its loop.
    virtual void abandon() = 0;

   protected:
    ~Agent() = default;
  };

  explicit ClosingAgents(Loop& loop);
  // Abandons all.
  ~ClosingAgents();
  ClosingAgents(const ClosingAgents&) = delete;
  ClosingAgents& operator=(const ClosingAgents&) = delete;

  // Between the two `agent` is there.
  void add(Agent& agent);
  void remove(Agent& agent);

  // Runs `done` once when there is none, or when `patience` is over. One at a time.
  void whenGone(Duration patience, Task done);

 private:
  void finish() RUNS_ON(loop_);

  Loop& loop_;
  std::vector<Agent*> agents_ ONLY_ON(loop_);
  Task done_ ONLY_ON(loop_);
  Timer patience_;
};

}  // namespace ms::net
