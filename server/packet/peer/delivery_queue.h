// The sources of one loop that have packets for their sinks, until the turn of the loop ends: so
// packets that came together go out together. One per loop, driven by who drives its turns.
#pragma once

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "server/base/units.h"

namespace ms::peer {

class DeliveryQueue {
 public:
  class Source {
   public:
    virtual ~Source() = default;
    virtual void deliverBurst(Timestamp now) = 0;

   private:
    friend class DeliveryQueue;
    bool is_waiting_ = false;
  };

  // `on_waiting` is called when a source waits and none did before: deliver() is wanted.
  explicit DeliveryQueue(std::move_only_function<void()> on_waiting)
      : on_waiting_(std::move(on_waiting)) {}
  DeliveryQueue(const DeliveryQueue&) = delete;
  DeliveryQueue& operator=(const DeliveryQueue&) = delete;

  // Waits for deliver(), or for remove() when it ends before.
  void add(Source& source) {
    if (std::exchange(source.is_waiting_, true)) return;
    waiting_.push_back(&source);
    if (waiting_.size() == 1) on_waiting_();
  }
  void remove(Source& source) {
    if (!std::exchange(source.is_waiting_, false)) return;
    std::ranges::replace(waiting_, &source, nullptr);
    std::ranges::replace(delivering_, &source, nullptr);
  }

  // In the order in which they began to wait. Sources that are told may add and remove any.
  void deliver(Timestamp now) {
    std::swap(waiting_, delivering_);
    for (std::size_t i = 0; i < delivering_.size(); ++i) {
      Source* const source = delivering_[i];
      if (!source) continue;
      source->is_waiting_ = false;
      source->deliverBurst(now);
    }
    delivering_.clear();
  }

 private:
  std::move_only_function<void()> on_waiting_;
  std::vector<Source*> waiting_;  // Null: removed since.
  std::vector<Source*> delivering_;
};

}  // namespace ms::peer
