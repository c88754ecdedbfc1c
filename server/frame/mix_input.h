// What comes in at one port of a mixer, audio or video: from RTP packets to raw media that can be
// mixed, at output(). A bin of its own, so that an error in it is known for what it is.
//
// Made, used and destroyed on the chain's executor.
#pragma once

#include <functional>
#include <memory>

#include "server/frame/decoded_input.h"
#include "server/frame/gstreamer.h"
#include "server/frame/mixing.h"
#include "server/packet/rtp/types.h"

namespace ms::frame {

// Sound as it is mixed.
inline constexpr const char* kMixedAudioCaps =
    "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=2";

class MixInput {
 public:
  struct Plan {
    PortNumber port;
    rtp::MediaKind kind;
    // Of video, whenever it changes; on a thread of GStreamer.
    std::function<void(PictureSize)> on_size;
  };

  // `pipeline` outlives the input.
  MixInput(GstElement* pipeline, Plan plan, std::shared_ptr<TrackFeed> feed);
  // Nothing flows out of it any more.
  ~MixInput();
  MixInput(const MixInput&) = delete;
  MixInput& operator=(const MixInput&) = delete;

  // As DecodedInput::decode().
  bool decode(const peer::CodecFormat& format) { return decoded_->decode(format); }
  PortNumber port() const { return plan_.port; }
  rtp::MediaKind kind() const { return plan_.kind; }
  GstPad* output() const { return output_; }
  // What an error comes from is a part of it.
  bool contains(GstObject* part) const;

 private:
  static GstPadProbeReturn onEvent(GstPad* pad, GstPadProbeInfo* info, gpointer plan);

  const Plan plan_;
  GstElement* const pipeline_;
  GstPtr<GstElement> bin_;
  std::unique_ptr<DecodedInput> decoded_;
  GstPad* output_ = nullptr;  // The bin's.
};

// Takes an element out of the pipeline that it is in, at once.
void removeFrom(GstElement* pipeline, GstElement* element);

}  // namespace ms::frame
