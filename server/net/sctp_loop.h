// The thread that drives SCTP for all peers of the process, because usrsctp is one
// (docs/decisions/0008-one-loop-for-usrsctp.md). Asleep while there is no association.
#pragma once

#include <memory>

#include "server/base/loop.h"
#include "server/net/end_of_turn.h"
#include "server/packet/sctp/stack.h"

namespace ms::net {

// What the associations share; touched on the loop only.
struct SctpServices {
  explicit SctpServices(Loop& loop) : turns(loop), timer(loop) {}
  sctp::Stack stack;
  EndOfTurn turns;
  Timer timer;
};

class SctpLoop {
 public:
  // Starts the thread. One at a time.
  SctpLoop();
  // Ends it. What lives on it was destroyed before.
  ~SctpLoop();
  SctpLoop(const SctpLoop&) = delete;
  SctpLoop& operator=(const SctpLoop&) = delete;

  Loop& loop() MS_TSA(lock_returned(loop_)) { return loop_; }
  SctpServices& services() MS_TSA(requires_capability(loop_)) { return *services_; }
  // What was posted runs. Any thread but this one.
  void drain();
  // There is an association again: time is looked at until there is none. On the loop.
  void keepTime();

 private:
  void tick();

  Loop loop_;
  std::unique_ptr<SctpServices> services_ ONLY_ON(loop_);
};

}  // namespace ms::net
