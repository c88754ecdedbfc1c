// What one port of a mixer hears: the sound of other ports, mixed.
//
//   silence, as the clock's beat --> audiomixer -> tee -> encoder ...   once for each format
//   tee of a MixInput, ... -----------'
//
// The mixer is live: it waits kMixLatency at most for sound that is late, and leaves it out then.
//
// Made, used and destroyed on the chain's executor.
#pragma once

#include <map>
#include <memory>

#include "server/frame/executor.h"
#include "server/frame/frame_stream.h"
#include "server/frame/gstreamer.h"
#include "server/frame/mixing.h"

namespace ms::frame {

class AudioMix {
 public:
  struct Plan {
    PortNumber listener;
    Timestamp begin;  // Of the pipeline's running time.
  };

  // Null when GStreamer lacks an element.
  static std::unique_ptr<AudioMix> make(GstElement* pipeline, const Plan& plan,
                                        std::shared_ptr<SerialExecutor> executor);
  // Goes out of the pipeline as soon as nothing is on its way into it.
  ~AudioMix();
  AudioMix(const AudioMix&) = delete;
  AudioMix& operator=(const AudioMix&) = delete;

  // `tee` has the sound of that port, as kMixedAudioCaps. Nothing changes for one that is heard.
  void add(PortNumber source, GstElement* tee);
  void remove(PortNumber source);

  FrameStream& stream() { return *stream_; }

 private:
  class Bin;
  class Edge;

  AudioMix(std::shared_ptr<Bin> bin, std::shared_ptr<SerialExecutor> executor);

  const std::shared_ptr<Bin> bin_;  // Also of the edges, until they have gone.
  const std::shared_ptr<SerialExecutor> executor_;
  std::map<PortNumber, std::unique_ptr<Edge>> edges_;
  std::unique_ptr<FrameStream> stream_;
};

}  // namespace ms::frame
