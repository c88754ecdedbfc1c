// The way of frames from a thread of GStreamer to a loop: a bounded queue with any number of
// writers and one reader. A loop that is late loses frames and delays nobody; after a loss video
// goes on with a key frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

#include "server/base/loop.h"
#include "server/base/mutex.h"
#include "server/frame/rtp_frame.h"
#include "server/packet/rtp/types.h"

namespace ms::frame {

class FrameInlet : public std::enable_shared_from_this<FrameInlet> {
 public:
  // Two seconds of video at 16 Mbit/s.
  static constexpr std::size_t kMaxBytes = std::size_t{4} << 20;

  FrameInlet(Loop& loop, rtp::MediaKind kind) : loop_(loop), kind_(kind) {}

  rtp::MediaKind kind() const { return kind_; }

  // Any thread.
  void push(RtpFramePtr frame);
  std::uint64_t dropped() const;

  // On the loop. The consumer is called there, once for each frame, until close().
  void open(std::function<void(const RtpFrame&)> consumer);
  void close();

 private:
  bool mayEnter(const RtpFrame& frame, std::size_t bytes) MS_TSA(requires_capability(mutex_));
  void drain();

  Loop& loop_;
  const rtp::MediaKind kind_;
  std::function<void(const RtpFrame&)> consumer_ ONLY_ON(loop_);

  mutable Mutex mutex_;
  std::deque<RtpFramePtr> frames_ GUARDED_BY(mutex_);
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
  bool waits_for_key_frame_ GUARDED_BY(mutex_) = false;
  std::uint64_t dropped_ GUARDED_BY(mutex_) = 0;
};

}  // namespace ms::frame
