// The GStreamer side of a ConversionChain while somebody needs it: one decoder, the filter if there
// is one, and the encoders behind it. On the chain's executor; what GStreamer tells on threads of
// its own is posted to there before it is looked at.
//
//   TrackFeed -> DecodedInput -> [filter] -> FrameStream -> FrameInlet, FrameInlet, ...
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/frame/decoded_input.h"
#include "server/frame/element_filter.h"
#include "server/frame/frame_stream.h"
#include "server/frame/gstreamer.h"
#include "server/frame/media_error.h"

namespace ms::frame {

class ConversionRun : public std::enable_shared_from_this<ConversionRun> {
 public:
  // Told on the executor; may end the run.
  using OnError = std::function<void(const MediaError&)>;

  struct Plan {
    rtp::MediaKind kind;
    Timestamp begin;  // Of the origin of the feed.
    std::optional<ElementFilter> filter;
  };

  ConversionRun(Plan plan, std::shared_ptr<TrackFeed> feed, OnError on_error,
                std::shared_ptr<SerialExecutor> executor);
  ~ConversionRun();
  ConversionRun(const ConversionRun&) = delete;
  ConversionRun& operator=(const ConversionRun&) = delete;

  // Once, after construction; on_error tells what goes wrong.
  void open();
  // What the feed is given from now on.
  void decode(const peer::CodecFormat& format);
  void setProperty(const ElementProperty& property);

  // Null when open() failed.
  FrameStream* stream() const { return stream_.get(); }
  std::string dot() const;

 private:
  struct Link {
    std::shared_ptr<SerialExecutor> executor;
    std::weak_ptr<ConversionRun> run;
    static GstBusSyncReply onBusMessage(GstBus* bus, GstMessage* message, gpointer link);
  };

  void onError(GstMessage* message);
  GstElement* addFilter(GstElement* behind);

  const Plan plan_;
  const std::shared_ptr<TrackFeed> feed_;
  const OnError on_error_;
  const std::shared_ptr<SerialExecutor> executor_;
  std::unique_ptr<const Link> link_;  // Outlives the pipeline.

  GstPtr<GstElement> pipeline_;
  GstPtr<GstElement> filter_;
  std::unique_ptr<DecodedInput> input_;
  std::unique_ptr<FrameStream> stream_;
};

}  // namespace ms::frame
