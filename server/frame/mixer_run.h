// The GStreamer side of a mixer while somebody sees or hears it: one pipeline, what comes in at the
// ports, the picture of all of them, and the sound that each port hears. On the chain's executor;
// what GStreamer tells on threads of its own is posted to there before it is looked at.
//
//   TrackFeed -> MixInput ------------> VideoMix -> FrameInlet, ...
//   TrackFeed -> MixInput -> tee -----> AudioMix of a port -> FrameInlet, ...
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/frame/audio_mix.h"
#include "server/frame/gstreamer.h"
#include "server/frame/media_error.h"
#include "server/frame/mix_input.h"
#include "server/frame/mixing.h"
#include "server/frame/track_feed.h"
#include "server/frame/video_mix.h"

namespace ms::frame {

class MixerRun : public std::enable_shared_from_this<MixerRun> {
 public:
  using Feed = std::shared_ptr<TrackFeed>;
  struct Plan {
    Timestamp begin;  // Of the origin of all feeds.
    int framerate;
    Layout layout;
    Hearing hearing;
  };
  // Told on the executor; may end the run.
  struct Observer {
    // All of it has failed.
    std::function<void(const MediaError&)> on_error;
    // Only that input has, and is removed.
    std::function<void(const Feed&, const MediaError&)> on_input_error;
  };

  MixerRun(Plan plan, Observer observer, std::shared_ptr<SerialExecutor> executor);
  ~MixerRun();
  MixerRun(const MixerRun&) = delete;
  MixerRun& operator=(const MixerRun&) = delete;

  // Once, after construction.
  void open();

  void addInput(PortNumber port, rtp::MediaKind kind, const Feed& feed);
  // What an added feed is given from now on; the first time, too.
  void decode(const Feed& feed, const peer::CodecFormat& format);
  void removeInput(const Feed& feed);
  void removeInputs(rtp::MediaKind kind);

  // What that port is given; made when it is not there yet. Null when it cannot be made.
  FrameStream* makeStream(PortNumber port, rtp::MediaKind kind);
  FrameStream* stream(PortNumber port, rtp::MediaKind kind) const;
  // Nobody at that port (of video: at any port) wants it any more.
  void removeAudio(PortNumber port);
  void removeVideo() { video_.reset(); }

  void setLayout(Layout layout);
  void setHearing(Hearing hearing);

  std::string dot() const;

 private:
  struct Input {
    Feed feed;
    std::unique_ptr<MixInput> media;
    GstPtr<GstElement> tee;  // Of sound.
  };
  // What GStreamer's threads know of the run.
  struct Link {
    std::shared_ptr<SerialExecutor> executor;
    std::weak_ptr<MixerRun> run;

    void post(std::function<void(MixerRun&)> call) const;
    static GstBusSyncReply onBusMessage(GstBus* bus, GstMessage* message, gpointer link);
  };

  void handle(GstMessage* message);
  void onError(GstMessage* message);
  void onSize(PortNumber port, PictureSize size);
  void makeVideo();
  void makeAudio(PortNumber listener);
  void endInput(Input input);
  void updateHearing();

  Plan plan_;
  const Observer observer_;
  const std::shared_ptr<SerialExecutor> executor_;
  std::shared_ptr<const Link> link_;  // Outlives the pipeline.

  GstPtr<GstElement> pipeline_;
  std::vector<Input> inputs_;
  std::unique_ptr<VideoMix> video_;
  std::map<PortNumber, std::unique_ptr<AudioMix>> audio_;
};

}  // namespace ms::frame
