// Writes packets into a file or to a network address: what a RecorderEndpoint has of GStreamer.
// Opened when the formats of its tracks are known, finished once.
//
// Every function returns at once; the work is done on an executor of the recorder's own, and what
// comes of it is told on the home loop. The tracks (TrackSink) write into its feeds.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/base/loop.h"
#include "server/frame/encoder_bitrates.h"
#include "server/frame/executor.h"
#include "server/frame/media_error.h"
#include "server/frame/recording_format.h"
#include "server/frame/track_feed.h"
#include "server/packet/rtp/types.h"

namespace ms::frame {

struct RecorderSettings {
  std::string uri;  // With a scheme.
  Container container = Container::WebM;
  EncoderBitrates bitrates = {};  // Their limits, of video that is encoded.
};

class RecorderObserver {
 public:
  // The target is complete; nothing is written any more.
  virtual void onFinished() = 0;
  // Something could not be written; the rest is.
  virtual void onLoss(const MediaError& error) = 0;
  // Nothing is written any more; what was written stays.
  virtual void onError(const MediaError& error) = 0;

 protected:
  ~RecorderObserver() = default;
};

class RecorderChain {
 public:
  // The target may take so long for what was written when the end comes.
  static constexpr Duration kMaxFinish = std::chrono::seconds(20);

  // The observer is told as long as somebody holds it.
  RecorderChain(Loop& home, FrameThreads& threads, RecorderSettings settings,
                std::weak_ptr<RecorderObserver> observer);
  // Finishes. The end of the server waits for that.
  ~RecorderChain();
  RecorderChain(const RecorderChain&) = delete;
  RecorderChain& operator=(const RecorderChain&) = delete;

  const std::shared_ptr<TrackFeed>& feed(rtp::MediaKind kind) const;
  // A track of this format will be written: the first one, or another one from now on. Any thread.
  std::function<void(const peer::CodecFormat&)> formatListener(rtp::MediaKind kind) const;
  // Begins as soon as a format of each of these is known.
  void expect(std::vector<rtp::MediaKind> kinds);
  // Begins with those that are known; tracks that come later are left out.
  void openWithWhatIsKnown();
  // Video that is encoded gets a bitrate for what has come since the last call.
  void followSource(const EncoderBitrates& limits);
  // All feeds have ended. onFinished() is told.
  void finish();
  // Empty while nothing is written.
  void dot(std::move_only_function<void(std::string)> done);

 private:
  class Core;

  const std::shared_ptr<SerialExecutor> executor_;
  std::shared_ptr<Core> core_;
};

}  // namespace ms::frame
