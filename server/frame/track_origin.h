// Where the time of a chain begins, for all of its tracks: buffers say how long after it they are.
//
// Fixed from the beginning (the base time of a pipeline), or with the first media that any of the
// tracks has. Any thread.
#pragma once

#include <algorithm>

#include "server/base/mutex.h"
#include "server/base/units.h"

namespace ms::frame {

class TrackOrigin {
 public:
  // How long before its first packet a chain of live media begins: media is due earlier than it
  // came when its sender's clock runs ahead, and what is due before the begin could not be told
  // apart.
  static constexpr Duration kLead = std::chrono::seconds(10);

  TrackOrigin() = default;
  explicit TrackOrigin(Timestamp begin) : begin_(begin), is_fixed_(true) {}

  // A track has media that is due then. The earliest counts, until since() is asked.
  void propose(Timestamp due) {
    MutexLock lock(mutex_);
    if (!is_fixed_) begin_ = std::min(begin_, due);
  }

  // How long after the begin; 0 for what is older than that.
  Duration since(Timestamp due) {
    MutexLock lock(mutex_);
    if (!is_fixed_) begin_ = std::min(begin_, due);
    is_fixed_ = true;
    return std::max(due - begin_, Duration(0));
  }

  // So much time has no media in it and is cut out: what comes afterwards, of all tracks, is that
  // much earlier.
  void cut(Duration gap) {
    MutexLock lock(mutex_);
    if (begin_ != kNever) begin_ += gap;
  }

 private:
  Mutex mutex_;
  Timestamp begin_ GUARDED_BY(mutex_) = kNever;
  bool is_fixed_ GUARDED_BY(mutex_) = false;
};

}  // namespace ms::frame
