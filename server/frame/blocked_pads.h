// The outputs of a reader that have appeared and hold back what comes out of them until there is a
// place for it in the pipeline. GStreamer's threads block them, the executor opens them.
//
// A reader cannot be taken down while one of its outputs is blocked: who takes it down opens all.
#pragma once

#include <utility>
#include <vector>

#include "server/base/mutex.h"
#include "server/frame/gstreamer.h"

namespace ms::frame {

class BlockedPads {
 public:
  BlockedPads() = default;
  ~BlockedPads() { openAll(); }
  BlockedPads(const BlockedPads&) = delete;
  BlockedPads& operator=(const BlockedPads&) = delete;

  // Any thread, as everything here. Nothing after openAll().
  void maybeBlock(GstPad* pad);
  void open(GstPad* pad);
  // From now on nothing is blocked any more.
  void openAll();

 private:
  Mutex mutex_;
  bool is_over_ GUARDED_BY(mutex_) = false;
  std::vector<std::pair<GstPtr<GstPad>, gulong>> blocks_ GUARDED_BY(mutex_);
};

}  // namespace ms::frame
