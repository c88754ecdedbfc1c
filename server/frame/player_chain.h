// Plays what a URI names: the GStreamer side of a PlayerEndpoint. Opened by the first play() or
// pause(), ended by stop(), its end or an error; then it can be played again.
//
// Every function returns at once; the work is done on an executor of the player's own, and what
// comes of it is told on the home loop. Nothing of GStreamer is started or held while it is
// stopped.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/base/loop.h"
#include "server/frame/encoded_source.h"
#include "server/frame/executor.h"
#include "server/frame/media_error.h"
#include "server/frame/player_settings.h"

namespace ms::frame {

class PlayerObserver {
 public:
  // The player has stopped, before this is told.
  virtual void onEndOfStream() = 0;
  virtual void onError(const MediaError& error) = 0;
  // Frames go to a sink again, after none did.
  virtual void onFlow(rtp::MediaKind kind) = 0;
  // How media of this kind gets to its sinks from now on.
  virtual void onConversion(rtp::MediaKind kind, Conversion conversion) = 0;

 protected:
  ~PlayerObserver() = default;
};

class PlayerChain {
 public:
  // The observer is told as long as somebody holds it.
  PlayerChain(Loop& home, FrameThreads& threads, PlayerSettings settings,
              std::weak_ptr<PlayerObserver> observer);
  // Stops.
  ~PlayerChain();
  PlayerChain(const PlayerChain&) = delete;
  PlayerChain& operator=(const PlayerChain&) = delete;

  void play();
  // What is written to the feed, instead of what the URI names. What played before is stopped.
  void play(std::shared_ptr<MediaFeed> feed);
  void pause();
  void stop();

  // false: there is nothing that can be sought.
  void seek(std::chrono::milliseconds position, std::move_only_function<void(bool)> done);
  void position(std::move_only_function<void(std::chrono::milliseconds)> done);
  void videoInfo(std::move_only_function<void(const VideoInfo&)> done);
  void dot(std::move_only_function<void(std::string)> done);

  // Bitrates of video: for encoders that are made from now on. The others: at once.
  void setBitrates(const EncoderBitrates& bitrates);

  // What takes part in the frames of this kind through `inlet` in one of these formats: for an
  // EncodedSource on the inlet's loop.
  std::unique_ptr<FrameProducer> makeProducer(std::shared_ptr<FrameInlet> inlet,
                                              std::vector<peer::CodecFormat> accepted);
  // Whether frames of this kind went to a sink since the last call; when none did, the next one is
  // told.
  bool takeFlow(rtp::MediaKind kind);

  // How long a source may take until there is something to play.
  static constexpr Duration kMaxOpening = std::chrono::seconds(20);
  // To be called now and then while it plays: an error when that is over.
  void checkOpening();

 private:
  class Core;

  const std::shared_ptr<SerialExecutor> executor_;
  std::shared_ptr<Core> core_;
};

}  // namespace ms::frame
