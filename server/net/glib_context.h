// A GMainContext that runs on a loop: its descriptors are in the loop's PollSet and its timers are
// one Timer, so that a library which wants GLib's main loop needs no thread of its own, and a
// thousand contexts cost nothing while nothing happens in them.
//
// Made, used and destroyed on its loop, never destroyed from inside one of its own callbacks.
#pragma once

#include <glib.h>

#include <cstddef>
#include <vector>

#include "server/base/loop.h"
#include "server/net/poll_set.h"

namespace ms::net {

class GlibContext : private PollSet::Owner {
 public:
  GlibContext(Loop& loop, PollSet& polls);
  ~GlibContext() override;
  GlibContext(const GlibContext&) = delete;
  GlibContext& operator=(const GlibContext&) = delete;

  // Who is asked first when this context's descriptor `descriptor` has something to read, and tells
  // whether GLib is to look at it as well.
  class Interceptor {
   public:
    enum class Left { Nothing, ForGlib };
    virtual ~Interceptor() = default;
    virtual Left onReadable() = 0;
  };
  // One at a time; null: none. `interceptor` outlives the context or the next call.
  void intercept(int descriptor, Interceptor* interceptor);

  GMainContext* get() const { return context_; }

  // Around calls that may add or remove sources: asynchronous results come to this context, and
  // what it waits for is read anew at the end.
  class Scope {
   public:
    explicit Scope(GlibContext& context);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    GlibContext& context_;
  };

  // Nothing of it runs on the loop any more, and its PollSet may end.
  void abandon();

  // While there are more descriptors than this, listening sockets rest: a stranger who connects
  // again and again finds a full backlog.
  void limitDescriptors(std::size_t count) { max_descriptors_ = count; }
  // As of the last look; countDescriptors() looks again.
  std::size_t descriptorCount() const { return polled_.size(); }
  std::size_t countDescriptors();

  // What a source did since the last call is nothing but take data from a socket that stays: spares
  // the look at every descriptor.
  void onlyDataCame() { only_data_came_ = true; }

 private:
  struct Watched {
    int descriptor;
    std::uint32_t events;
  };

  void onReady(int descriptor, std::uint32_t events) override;
  void onTimer() RUNS_ON(loop_);
  void run() RUNS_ON(loop_);
  void update() RUNS_ON(loop_);
  int query() RUNS_ON(loop_);
  void checkAndDispatch() RUNS_ON(loop_);
  void watchPolled() RUNS_ON(loop_);
  void startTimer(int timeout_ms) RUNS_ON(loop_);
  bool isRestingListener(const GPollFD& poll) const;
  bool hasChanged() const;

  Loop& loop_;
  PollSet* polls_;  // Null once abandoned.
  const PollSet::OwnerId id_;
  GMainContext* const context_;
  Timer timer_;
  Timestamp timer_due_ = kNever;
  std::size_t max_descriptors_ = SIZE_MAX;
  std::vector<GPollFD> polled_;   // Sorted by descriptor, as GLib gives them.
  std::vector<Watched> watched_;  // Sorted by descriptor.
  std::vector<Watched> wanted_;   // Kept for its memory.
  Interceptor* interceptor_ = nullptr;
  int intercepted_ = -1;
  bool is_running_ = false;
  bool only_data_came_ = false;
};

}  // namespace ms::net
