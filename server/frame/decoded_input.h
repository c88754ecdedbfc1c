// The part of a GStreamer chain that decodes what a TrackSink writes: from RTP packets to raw media
// at output(). What is behind output() stays in place whatever format comes: a change of the codec
// makes a new decoder. Nothing holds media back until it is due; it comes out as soon as it can.
//
//   appsrc -> depayloader -> decoder -> output
//
// Made, used and destroyed on the chain's executor. In a pipeline of makeLivePipeline() with the
// begin of the feed's origin, the running time of what comes out says when it is due.
#pragma once

#include <memory>

#include "server/frame/executor.h"
#include "server/frame/gstreamer.h"
#include "server/frame/track_feed.h"
#include "server/packet/peer/codec_format.h"

namespace ms::frame {

class DecodedInput {
 public:
  // What a decoder that is late may leave unread.
  static constexpr Duration kMaxBehind = std::chrono::milliseconds(600);

  // `pipeline` outlives the input. `feed` is open while there is a decoder.
  DecodedInput(GstElement* pipeline, std::shared_ptr<TrackFeed> feed);
  ~DecodedInput();
  DecodedInput(const DecodedInput&) = delete;
  DecodedInput& operator=(const DecodedInput&) = delete;

  // What the feed is given from now on, as TrackSink tells it. False when GStreamer lacks an
  // element for it: then nothing comes out.
  bool decode(const peer::CodecFormat& format);

  // An element with one static pad "src"; of the pipeline.
  GstElement* output() const { return output_; }

 private:
  void removeDecoder();

  GstElement* const pipeline_;
  const std::shared_ptr<TrackFeed> feed_;
  GstElement* output_;
  GstPtr<GstElement> decoder_;
};

// A pipeline for live media, with the clock of Loop::now(), whose running time begins at `begin`.
GstPtr<GstElement> makeLivePipeline(Timestamp begin);

}  // namespace ms::frame
