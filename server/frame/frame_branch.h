// One encoding of a stream: a bin behind a tee that ends in RTP packets, and the inlets that get
// them. Comes and goes while the pipeline runs.
//
// Made, used and destroyed on the chain's executor. The packets come on a thread of GStreamer,
// which touches the tap and nothing else.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/base/guarded.h"
#include "server/frame/codec_table.h"
#include "server/frame/encoder_bitrates.h"
#include "server/frame/executor.h"
#include "server/frame/frame_inlet.h"
#include "server/frame/gstreamer.h"

namespace ms::frame {

class FrameBranch {
 public:
  struct Plan {
    std::string description;  // From what leaves the tee to RTP packets.
    peer::CodecFormat format;
    // On the thread of GStreamer, for each frame.
    std::function<void()> on_frame;
    FrameRate max_frame_rate = {};  // Of what enters; 0: all of it does.
  };

  // Null when GStreamer lacks an element of the description. `tee` is in a pipeline.
  static std::unique_ptr<FrameBranch> make(GstElement* tee, Plan plan,
                                           std::shared_ptr<SerialExecutor> executor);
  // Takes the bin out of the pipeline as soon as no buffer is on its way through it.
  ~FrameBranch();
  FrameBranch(const FrameBranch&) = delete;
  FrameBranch& operator=(const FrameBranch&) = delete;

  void add(const std::shared_ptr<FrameInlet>& inlet);
  // True when it was the last one.
  bool remove(const std::shared_ptr<FrameInlet>& inlet);
  bool feeds(const std::shared_ptr<FrameInlet>& inlet) const;

  // Without effect on media that is not encoded here.
  void requestKeyFrame();
  void setBitrate(Bitrate bitrate);

 private:
  struct Tap;

  FrameBranch(GstElement* tee, GstPad* tee_pad, GstElement* bin, std::shared_ptr<Tap> tap,
              std::shared_ptr<SerialExecutor> executor);

  GstPtr<GstElement> tee_;
  GstPtr<GstPad> tee_pad_;
  GstPtr<GstElement> bin_;
  const std::shared_ptr<Tap> tap_;
  const std::shared_ptr<SerialExecutor> executor_;
};

}  // namespace ms::frame
