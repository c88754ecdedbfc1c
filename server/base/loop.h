// One thread of ours with an event loop (epoll and timers, Boost.Asio). An object belongs to one
// loop; every other thread only post()s moved values to it.
//
// Clang checks it: members say ONLY_ON(loop_), functions RUNS_ON(loop_), and an entry point that a
// loop calls begins with loop_.assertHere().
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "server/base/task.h"
#include "server/base/thread_annotations.h"
#include "server/base/units.h"

namespace boost::asio {
class io_context;
}

namespace ms {

class MS_TSA(capability("loop")) Loop {
 public:
  // Starts the thread; `name` (at most 15 characters) is what `ps -L` shows.
  explicit Loop(std::string name);
  // Stops and joins.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs `task` on this loop, after all that was posted before it. Any thread. After stop() the
  // task is destroyed without being run.
  void post(Task task);

  // Runs `task` here and waits for it. Never from a loop: only from main() and tests.
  void runAndWait(Task task);

  // Lets the running task finish, drops the rest, joins the thread. Any thread but this loop's own.
  void stop();

  bool isHere() const { return std::this_thread::get_id() == id_; }
  void assertHere() const MS_TSA(assert_capability(this));

  // Monotonic time of this machine, the same on all loops.
  static Timestamp now();

  // For the owners of sockets: server/net and server/rpc.
  boost::asio::io_context& context();

 private:
  struct Parts;  // Keeps Asio's headers out of everybody else's translation units.
  std::unique_ptr<Parts> parts_;
  std::thread thread_;
  std::thread::id id_;
};

// One pending call on a loop. Made, started, cancelled and destroyed on that loop only. After
// cancel() or destruction the task will not run.
class Timer {
 public:
  explicit Timer(Loop& loop);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Replaces what was pending.
  void start(Duration after, Task task);
  void startAt(Timestamp when, Task task);
  void cancel();
  bool isPending() const;

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace ms
