// The process's SCTP: usrsctp without threads of its own. The library has global state, so there is
// one Stack at a time, and it and all its associations belong to one loop
// (docs/decisions/0008-one-loop-for-usrsctp.md).
//
// Its owner calls handleTimeout() when nextTimeout() has come. usrsctp counts its timers in the
// time that comes in here; round trips and the lifetimes of messages it measures by the wall clock.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "server/base/units.h"

namespace ms::sctp {

class Association;

class Stack {
 public:
  static constexpr Duration kTick = std::chrono::milliseconds(10);

  // Aborts when there is another.
  Stack();
  // After the last association.
  ~Stack();
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  // kNever while there is no association.
  Timestamp nextTimeout() const;
  void handleTimeout(Timestamp now);

 private:
  friend class Association;

  // What usrsctp knows of an association: a pointer that stays good after its end.
  struct Address {
    Stack* stack = nullptr;
    Association* owner = nullptr;
  };

  Address& takeAddress(Association& owner, Timestamp now);
  void giveBack(Address& address);
  // Something happened to an association: it is served before control goes back to the owner.
  void mark(Association& association);
  void serveMarked();
  void markBlocked();

  static int onOutput(void* address, void* packet, std::size_t bytes, unsigned char tos,
                      unsigned char set_df);

  std::deque<Address> addresses_;
  std::deque<Address*> unused_;            // Longest unused first.
  std::vector<std::uint8_t> read_buffer_;  // Of whoever reads just now.
  std::vector<Association*> marked_;
  bool is_serving_ = false;
  std::size_t associations_ = 0;
  Timestamp last_tick_{};
};

}  // namespace ms::sctp
