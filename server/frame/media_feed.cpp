#include "server/frame/media_feed.h"

#include <gst/app/gstappsrc.h>

#include <utility>

#include "server/frame/gstreamer.h"

namespace ms::frame {
namespace {

// Asked for again when half of what may wait is gone.
constexpr guint kMinPercent = 50;

GstBuffer* makeBuffer(Bytes bytes) {
  GstBuffer* const buffer = gst_buffer_new_allocate(nullptr, bytes.size(), nullptr);
  gst_buffer_fill(buffer, 0, bytes.data(), bytes.size());
  return buffer;
}

}  // namespace

MediaFeed::~MediaFeed() {
  if (source_) gst_object_unref(source_);
}

MediaFeed::State MediaFeed::state() const {
  const MutexLock lock(mutex_);
  return stateLocked();
}

MediaFeed::State MediaFeed::stateLocked() const {
  switch (phase_) {
    case Phase::Waiting:
      return State::Full;
    case Phase::Open:
      return gst_app_src_get_current_level_bytes(source_) >= kMaxWaiting ? State::Full
                                                                         : State::HasRoom;
    case Phase::Finished:
      return unused_bytes_ > kMaxAfterMedia ? State::Refused : State::HasRoom;
    default:
      return State::Refused;
  }
}

// GStreamer's lock is not taken under ours: its thread calls onNeedData().
void MediaFeed::write(Bytes bytes) {
  GstPtr<GstElement> source;
  bool is_too_much = false;
  {
    const MutexLock lock(mutex_);
    if (phase_ == Phase::Finished || !is_media_found_) unused_bytes_ += bytes.size();
    if (phase_ != Phase::Open) return;
    source.reset(GST_ELEMENT(gst_object_ref(source_)));
    is_too_much = !is_media_found_ && unused_bytes_ > kMaxBeforeMedia;
    if (is_too_much) phase_ = Phase::Refused;
  }
  // Who plays finds an end before any media, and says so.
  if (is_too_much) gst_app_src_end_of_stream(GST_APP_SRC(source.get()));
  if (!is_too_much) gst_app_src_push_buffer(GST_APP_SRC(source.get()), makeBuffer(bytes));
}

void MediaFeed::end() {
  GstPtr<GstElement> source;
  {
    const MutexLock lock(mutex_);
    is_ended_ = true;
    if (phase_ == Phase::Open) source.reset(GST_ELEMENT(gst_object_ref(source_)));
  }
  if (source) gst_app_src_end_of_stream(GST_APP_SRC(source.get()));
}

void MediaFeed::onRoom(std::function<void()> call) {
  const MutexLock lock(mutex_);
  on_room_ = std::move(call);
  if (stateLocked() != State::Full) tellRoomLocked();
}

void MediaFeed::tellRoom() {
  const MutexLock lock(mutex_);
  tellRoomLocked();
}

void MediaFeed::tellRoomLocked() {
  if (const auto call = std::exchange(on_room_, nullptr)) call();
}

void MediaFeed::onNeedData(GstAppSrc*, unsigned, void* feed) {
  if (const auto living = static_cast<std::weak_ptr<MediaFeed>*>(feed)->lock()) living->tellRoom();
}

void MediaFeed::attach(GstElement* source) {
  g_object_set(source, "format", GST_FORMAT_BYTES, "block", FALSE, "max-bytes",
               static_cast<guint64>(kMaxWaiting), "min-percent", kMinPercent, nullptr);
  GstAppSrcCallbacks callbacks{};
  callbacks.need_data = &MediaFeed::onNeedData;
  gst_app_src_set_callbacks(
      GST_APP_SRC(source), &callbacks, new std::weak_ptr(weak_from_this()),
      [](gpointer weak) { delete static_cast<std::weak_ptr<MediaFeed>*>(weak); });
  bool is_ended = false;
  {
    const MutexLock lock(mutex_);
    if (phase_ != Phase::Waiting) return;
    source_ = GST_APP_SRC(gst_object_ref(source));
    phase_ = Phase::Open;
    is_ended = is_ended_;
  }
  if (is_ended) gst_app_src_end_of_stream(GST_APP_SRC(source));
  tellRoom();
}

void MediaFeed::onMediaFound() {
  const MutexLock lock(mutex_);
  is_media_found_ = true;
  unused_bytes_ = 0;
}

void MediaFeed::finish() { enter(Phase::Finished); }

void MediaFeed::refuse() { enter(Phase::Refused); }

void MediaFeed::enter(Phase phase) {
  {
    const MutexLock lock(mutex_);
    if (phase_ == Phase::Finished) return;
    phase_ = phase;
    unused_bytes_ = 0;
    if (source_) gst_object_unref(std::exchange(source_, nullptr));
  }
  tellRoom();
}

}  // namespace ms::frame
