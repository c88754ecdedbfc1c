// The picture of a mixer: the videos of all ports laid into one, for every sink of the hub.
//
//   black, as the clock's beat --> compositor -> tee -> encoder ...   once for each format
//   MixInput, MixInput, ... --------'
//
// The compositor is live: it waits kLatency at most for a video that is late, and shows its last
// frame until the next one comes.
//
// Made, used and destroyed on the chain's executor.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "server/frame/executor.h"
#include "server/frame/frame_stream.h"
#include "server/frame/gstreamer.h"
#include "server/frame/mixing.h"

namespace ms::frame {

// How late media may come that is mixed.
inline constexpr Duration kMixLatency = std::chrono::milliseconds(300);

// Where `now` is in a pipeline whose running time begins at `begin`.
GstClockTime runningTime(Timestamp begin, Timestamp now);

class VideoMix {
 public:
  struct Plan {
    Timestamp begin;  // Of the pipeline's running time.
    int framerate;    // Pictures per second.
    PictureSize canvas;
  };

  // Null when GStreamer lacks an element. `pipeline` outlives it.
  static std::unique_ptr<VideoMix> make(GstElement* pipeline, const Plan& plan,
                                        std::shared_ptr<SerialExecutor> executor);
  ~VideoMix();
  VideoMix(const VideoMix&) = delete;
  VideoMix& operator=(const VideoMix&) = delete;

  // `from` gives nothing yet. It is shown when its size is known and arrange() is called.
  void add(PortNumber port, GstPad* from);
  void remove(PortNumber port);  // What feeds it has ended.
  void setSize(PortNumber port, PictureSize size);
  void arrange(const Layout& layout);

  FrameStream& stream() { return *stream_; }

 private:
  struct Input {
    GstPtr<GstPad> entry;  // The bin's.
    GstPtr<GstPad> at_mixer;
    std::optional<PictureSize> size;
  };

  VideoMix(GstElement* pipeline, GstElement* bin);
  void place(const Input& input, const Cell* cell, unsigned order) const;
  void setCanvas(PictureSize size);

  GstElement* const pipeline_;
  GstPtr<GstElement> bin_;
  GstPtr<GstElement> mixer_;
  std::map<PortNumber, Input> inputs_;
  int framerate_ = 0;
  PictureSize canvas_;
  std::unique_ptr<FrameStream> stream_;
};

}  // namespace ms::frame
