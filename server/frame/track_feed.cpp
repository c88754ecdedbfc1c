#include "server/frame/track_feed.h"

#include <gst/app/gstappsrc.h>

#include <algorithm>
#include <utility>

namespace ms::frame {
namespace {

GstClockTime toGst(Duration duration) {
  return static_cast<GstClockTime>(duration.count()) * GST_USECOND;
}

bool isBehind(GstAppSrc* appsrc) {
  const GstClockTime limit = gst_app_src_get_max_time(appsrc);
  return limit > 0 && gst_app_src_get_current_level_time(appsrc) > limit;
}

}  // namespace

TrackFeed::~TrackFeed() { close(); }

void TrackFeed::open(GstElement* appsrc, const peer::CodecFormat& format,
                     std::function<void()> on_full) {
  close();
  MutexLock lock(mutex_);
  appsrc_ = GST_ELEMENT(gst_object_ref(appsrc));
  format_ = format;
  on_full_ = std::move(on_full);
  is_full_ = false;
  if (is_ended_) gst_app_src_end_of_stream(GST_APP_SRC(appsrc_));
}

void TrackFeed::close() {
  GstElement* former = nullptr;
  {
    MutexLock lock(mutex_);
    std::swap(former, appsrc_);
    format_.reset();
  }
  if (former) gst_object_unref(former);
}

void TrackFeed::decline() {
  close();
  MutexLock lock(mutex_);
  is_declined_ = true;
}

void TrackFeed::drain() {
  MutexLock lock(mutex_);
  if (appsrc_) gst_app_src_end_of_stream(GST_APP_SRC(appsrc_));
}

void TrackFeed::end() {
  MutexLock lock(mutex_);
  is_ended_ = true;
  if (appsrc_) gst_app_src_end_of_stream(GST_APP_SRC(appsrc_));
}

bool TrackFeed::isOpenFor(const peer::CodecFormat& format) const {
  MutexLock lock(mutex_);
  return is_declined_ || (appsrc_ && format_ == format);
}

bool TrackFeed::write(Bytes packet, Timestamp due) {
  MutexLock lock(mutex_);
  if (!appsrc_) return is_declined_;
  const std::size_t level = gst_app_src_get_current_level_bytes(GST_APP_SRC(appsrc_));
  if (level + packet.size() > kMaxBytes || isBehind(GST_APP_SRC(appsrc_))) {
    if (!std::exchange(is_full_, true) && on_full_) on_full_();
    return false;
  }
  if (level < kMaxBytes / 2) is_full_ = false;
  // A cut moves what follows, but not back behind what was written.
  const Duration since = std::max(origin_->since(due), written_until_.value_or(Duration(0)));
  GstBuffer* const buffer = gst_buffer_new_memdup(packet.data(), packet.size());
  written_until_ = since;
  written_bytes_ += packet.size();
  GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) = toGst(since);
  return gst_app_src_push_buffer(GST_APP_SRC(appsrc_), buffer) == GST_FLOW_OK;
}

void TrackFeed::tellSilenceUntil(Timestamp due) {
  MutexLock lock(mutex_);
  if (!appsrc_ || !written_until_) return;
  const Duration since = origin_->since(due), from = *written_until_;
  if (since <= from) return;
  gst_element_send_event(appsrc_, gst_event_new_gap(toGst(from), toGst(since - from)));
  written_until_ = since;
}

}  // namespace ms::frame
