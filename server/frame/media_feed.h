// The bytes of a file as somebody sends them, on their way to the GStreamer chain that plays them.
//
// Bounded: it is full until the chain asks for more, so that who sends has to wait, and it takes no
// more than kMaxBeforeMedia until media was found in it (an MP4 whose index comes last has to be
// collected whole). Any thread; never waits.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "server/base/bytes.h"
#include "server/base/mutex.h"

typedef struct _GstAppSrc GstAppSrc;
typedef struct _GstElement GstElement;

namespace ms::frame {

class MediaFeed : public std::enable_shared_from_this<MediaFeed> {
 public:
  // What waits for the demuxer; who sends may add one piece to it.
  static constexpr std::size_t kMaxWaiting = 256 * 1024;
  static constexpr std::size_t kMaxBeforeMedia = std::size_t{64} << 20;
  // What follows the end of the media and is forgotten.
  static constexpr std::size_t kMaxAfterMedia = std::size_t{1} << 20;

  enum class State { HasRoom, Full, Refused };

  MediaFeed() = default;
  ~MediaFeed();
  MediaFeed(const MediaFeed&) = delete;
  MediaFeed& operator=(const MediaFeed&) = delete;

  // ---- Who sends: one thread ----

  State state() const;
  // Copies. Nothing happens when it is refused.
  void write(Bytes bytes);
  // There is no more; what was written is played.
  void end();
  // `call` is made when it is not Full, at once or later, on any thread, and must not call the
  // feed. Replaces the one before; after onRoom(nullptr) none is made, or under way.
  void onRoom(std::function<void()> call);

  // ---- Who plays ----

  // To this appsrc, once.
  void attach(GstElement* source);
  void onMediaFound();
  // The media is over before the bytes are: the rest is taken and forgotten.
  void finish();
  // Nothing more is taken. Harmless after finish().
  void refuse();

 private:
  enum class Phase { Waiting, Open, Finished, Refused };

  static void onNeedData(GstAppSrc* source, unsigned bytes, void* feed);
  State stateLocked() const MS_TSA(requires_capability(mutex_));
  void enter(Phase phase);
  void tellRoom();
  void tellRoomLocked() MS_TSA(requires_capability(mutex_));

  mutable Mutex mutex_;
  Phase phase_ GUARDED_BY(mutex_) = Phase::Waiting;
  std::function<void()> on_room_ GUARDED_BY(mutex_);
  GstAppSrc* source_ GUARDED_BY(mutex_) = nullptr;
  std::size_t unused_bytes_ GUARDED_BY(mutex_) = 0;  // Before media was found, or after its end.
  bool is_media_found_ GUARDED_BY(mutex_) = false;
  bool is_ended_ GUARDED_BY(mutex_) = false;
};

}  // namespace ms::frame
