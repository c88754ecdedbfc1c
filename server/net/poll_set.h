// The descriptors of other libraries' sockets on one loop: a second epoll whose own descriptor the
// loop watches. One system call fetches many events, and an owner may have any number of
// descriptors without an Asio object for each.
//
// Made, used and destroyed on its loop. Owners that are told may add, change and remove descriptors
// and owners, themselves included.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "server/base/loop.h"
#include "server/net/end_of_turn.h"

namespace ms::net {

class PollSet {
 public:
  using OwnerId = std::uint32_t;

  class Owner {
   public:
    virtual ~Owner() = default;
    // `events`: EPOLLIN and so on, level-triggered.
    virtual void onReady(int descriptor, std::uint32_t events) = 0;
  };

  // Each round is a turn of `turns`, which outlives the set.
  PollSet(Loop& loop, EndOfTurn& turns);
  ~PollSet();
  PollSet(const PollSet&) = delete;
  PollSet& operator=(const PollSet&) = delete;

  // `owner` is told until remove(). Its descriptors are unwatched first.
  OwnerId add(Owner& owner);
  void remove(OwnerId id);

  // Also renews the watch of a number that was closed and given out again since. False: not a
  // descriptor that epoll can watch.
  bool watch(OwnerId id, int descriptor, std::uint32_t events);
  // Nothing when the number belongs to another owner by now.
  void unwatch(OwnerId id, int descriptor);

 private:
  struct Parts;

  void dispatch() RUNS_ON(loop_);

  Loop& loop_;
  EndOfTurn& turns_;
  OwnerId next_id_ ONLY_ON(loop_) = 1;
  std::unordered_map<OwnerId, Owner*> owners_ ONLY_ON(loop_);
  std::unordered_map<int, OwnerId> watched_ ONLY_ON(loop_);
  std::shared_ptr<Parts> parts_;
};

}  // namespace ms::net
