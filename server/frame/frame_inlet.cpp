#include "server/frame/frame_inlet.h"

#include <utility>

namespace ms::frame {
namespace {

std::size_t bytesOf(const RtpFrame& frame) {
  std::size_t sum = 0;
  for (const auto& packet : frame.packets) sum += packet.size();
  return sum;
}

}  // namespace

void FrameInlet::push(RtpFramePtr frame) {
  const std::size_t bytes = bytesOf(*frame);
  bool was_empty = false;
  {
    MutexLock lock(mutex_);
    if (!mayEnter(*frame, bytes)) {
      ++dropped_;
      return;
    }
    was_empty = frames_.empty();
    bytes_ += bytes;
    frames_.push_back(std::move(frame));
  }
  if (was_empty) loop_.post([self = shared_from_this()] { self->drain(); });
}

bool FrameInlet::mayEnter(const RtpFrame& frame, std::size_t bytes) {
  if (bytes_ + bytes > kMaxBytes) {
    waits_for_key_frame_ = kind_ == rtp::MediaKind::Video;
    return false;
  }
  if (waits_for_key_frame_ && !frame.starts_key_frame) return false;
  waits_for_key_frame_ = false;
  return true;
}

std::uint64_t FrameInlet::dropped() const {
  MutexLock lock(mutex_);
  return dropped_;
}

void FrameInlet::open(std::function<void(const RtpFrame&)> consumer) {
  loop_.assertHere();
  consumer_ = std::move(consumer);
}

void FrameInlet::close() {
  loop_.assertHere();
  consumer_ = nullptr;
}

void FrameInlet::drain() {
  loop_.assertHere();
  std::deque<RtpFramePtr> frames;
  {
    MutexLock lock(mutex_);
    frames.swap(frames_);
    bytes_ = 0;
  }
  for (const RtpFramePtr& frame : frames)
    if (consumer_) consumer_(*frame);
}

}  // namespace ms::frame
