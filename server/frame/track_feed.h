// The way of RTP packets from a loop into a GStreamer chain: an appsrc that comes and goes, and
// never makes anybody wait. What does not fit is refused.
//
// A chain opens and closes it on its executor; a TrackSink (track_sink.h) writes, on its loop.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "server/base/bytes.h"
#include "server/base/mutex.h"
#include "server/base/units.h"
#include "server/frame/track_origin.h"
#include "server/packet/peer/codec_format.h"

typedef struct _GstElement GstElement;

namespace ms::frame {

class TrackFeed {
 public:
  // What a chain that is slow may leave unread: half a minute of video at 2 Mbit/s.
  static constexpr std::size_t kMaxBytes = std::size_t{8} << 20;

  // All tracks of a chain share one origin.
  explicit TrackFeed(std::shared_ptr<TrackOrigin> origin) : origin_(std::move(origin)) {}
  ~TrackFeed();
  TrackFeed(const TrackFeed&) = delete;
  TrackFeed& operator=(const TrackFeed&) = delete;

  // On the executor. For packets of that format. It is full with kMaxBytes, and with what the
  // appsrc has for its max-time; `on_full` is called on the loop when one does not fit, once until
  // there is room again.
  void open(GstElement* appsrc, const peer::CodecFormat& format,
            std::function<void()> on_full = nullptr);
  void close();
  // Nobody will open it: what is written is lost.
  void decline();
  // The end of what was written so far; it is opened again for what follows.
  void drain();
  // Who reads it has lost its place in the stream: its writer shall go on with a key frame.
  void interrupt() { is_interrupted_ = true; }
  // The end of the stream, after all that was written, and of what it is opened for from now on.
  void end();

  // On the loop.
  TrackOrigin& origin() const { return *origin_; }
  bool isOpenFor(const peer::CodecFormat& format) const;
  // Once after each interruption.
  bool takeInterruption() { return is_interrupted_.exchange(false); }
  // False when the packet is lost because it is closed or full.
  bool write(Bytes packet, Timestamp due);
  // Any thread. Since the begin.
  std::uint64_t writtenBytes() const { return written_bytes_; }
  // Nothing came until then since the last packet: who joins the tracks need not wait for it.
  void tellSilenceUntil(Timestamp due);

 private:
  const std::shared_ptr<TrackOrigin> origin_;
  std::atomic<std::uint64_t> written_bytes_ = 0;
  std::atomic<bool> is_interrupted_ = false;
  mutable Mutex mutex_;
  GstElement* appsrc_ GUARDED_BY(mutex_) = nullptr;  // Counted.
  std::optional<peer::CodecFormat> format_ GUARDED_BY(mutex_);
  std::function<void()> on_full_ GUARDED_BY(mutex_);
  bool is_full_ GUARDED_BY(mutex_) = false;
  bool is_declined_ GUARDED_BY(mutex_) = false;
  bool is_ended_ GUARDED_BY(mutex_) = false;
  std::optional<Duration> written_until_ GUARDED_BY(mutex_);
};

}  // namespace ms::frame
