// Mixes what comes in at the ports of a hub: one picture of all videos, and for each port the sound
// of others. The GStreamer side of Composite, AlphaBlending and Mixer.
//
// It runs from the first sink at any port to the last; what its owner gives it the packets of,
// TrackSinks, are wanted only meanwhile, and only of what somebody sees or hears. Every function
// returns at once; the work is done on an executor of the chain's own, and what comes of it is told
// on the home loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/base/loop.h"
#include "server/frame/encoded_source.h"
#include "server/frame/encoder_bitrates.h"
#include "server/frame/executor.h"
#include "server/frame/media_error.h"
#include "server/frame/mixing.h"
#include "server/frame/track_feed.h"

namespace ms::frame {

class MixerObserver {
 public:
  // Inputs of this kind are wanted from now on, with feeds of this origin.
  virtual void onWanted(rtp::MediaKind kind, const std::shared_ptr<TrackOrigin>& origin) = 0;
  // No more: nobody sees or hears it, or the chain has failed.
  virtual void onUnwanted(rtp::MediaKind kind) = 0;
  // What came in by this feed could not be decoded: it is no input any more.
  virtual void onInputError(const std::shared_ptr<TrackFeed>& feed, const MediaError& error) = 0;
  // Somebody at this port is given frames from now on.
  virtual void onFlow(PortNumber port, rtp::MediaKind kind) = 0;
  // Nobody is, any more.
  virtual void onFlowEnd(PortNumber port, rtp::MediaKind kind) = 0;
  // It has failed too often: there is nothing to be had before all sinks have left.
  virtual void onError(const MediaError& error) = 0;

 protected:
  ~MixerObserver() = default;
};

class MixerChain {
 public:
  struct Settings {
    int framerate = 15;  // Pictures per second.
    Layout layout;
    Hearing hearing;
    EncoderBitrates bitrates;
  };

  // The observer is told as long as somebody holds it.
  MixerChain(Loop& home, FrameThreads& threads, Settings settings,
             std::weak_ptr<MixerObserver> observer);
  // Ends all of it.
  ~MixerChain();
  MixerChain(const MixerChain&) = delete;
  MixerChain& operator=(const MixerChain&) = delete;

  // What TrackSinks write is mixed, from addInput() to removeInput(). The answer is for
  // TrackSink::Told::on_format, on any thread, also after the chain's end.
  std::function<void(const peer::CodecFormat&)> addInput(PortNumber port, rtp::MediaKind kind,
                                                         const std::shared_ptr<TrackFeed>& feed);
  void removeInput(const std::shared_ptr<TrackFeed>& feed);

  // What takes part in the frames for that port through `inlet` in one of these formats: for an
  // EncodedSource on the inlet's loop.
  std::unique_ptr<FrameProducer> makeProducer(PortNumber port, std::shared_ptr<FrameInlet> inlet,
                                              std::vector<peer::CodecFormat> accepted);
  // That port is no more.
  void removePort(PortNumber port);

  void setLayout(Layout layout);
  void setHearing(Hearing hearing);
  // For encoders that are made from now on.
  void setBitrates(const EncoderBitrates& bitrates);
  void dot(std::move_only_function<void(std::string)> done);

 private:
  class Core;
  class PortOutput;

  const std::shared_ptr<SerialExecutor> executor_;
  std::shared_ptr<Core> core_;
  std::map<PortNumber, std::shared_ptr<PortOutput>> outputs_;
};

}  // namespace ms::frame
