// Decodes what a source sends and encodes it for those who cannot take it as it is: one decoder,
// and one encoder for each format, however many sinks want it. A filter may stand in between.
// Of one kind of media.
//
// It exists from the first sink to the last: what its owner gives it the packets of, a TrackSink,
// is wanted only meanwhile. Every function returns at once; the work is done on an executor of the
// chain's own, and what comes of it is told on the home loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/base/loop.h"
#include "server/frame/element_filter.h"
#include "server/frame/encoded_source.h"
#include "server/frame/encoder_bitrates.h"
#include "server/frame/executor.h"
#include "server/frame/media_error.h"
#include "server/frame/track_feed.h"

namespace ms::frame {

class ConversionObserver {
 public:
  // Packets are wanted in feed() from now on, by a new TrackSink that tells onFormat(). After an
  // error, again.
  virtual void onBegin() = 0;
  // No more: nobody listens, or it has failed.
  virtual void onEnd() = 0;
  // It has failed too often: there is nothing to be had before all sinks have left.
  virtual void onError(const MediaError& error) = 0;

 protected:
  ~ConversionObserver() = default;
};

class ConversionChain {
 public:
  struct Settings {
    rtp::MediaKind kind;
    EncoderBitrates bitrates;
    std::optional<ElementFilter> filter;
  };

  // The observer is told as long as somebody holds it.
  ConversionChain(Loop& home, FrameThreads& threads, Settings settings,
                  std::weak_ptr<ConversionObserver> observer);
  // Ends all of it.
  ~ConversionChain();
  ConversionChain(const ConversionChain&) = delete;
  ConversionChain& operator=(const ConversionChain&) = delete;

  const std::shared_ptr<TrackFeed>& feed() const { return feed_; }
  // Packets of this format are to come: for TrackSink::Told::on_format, on any thread, also after
  // the chain's end.
  std::function<void(const peer::CodecFormat&)> onFormat() const;

  // What takes part in the frames through `inlet` in one of these formats: for an EncodedSource on
  // the inlet's loop.
  std::unique_ptr<FrameProducer> makeProducer(std::shared_ptr<FrameInlet> inlet,
                                              std::vector<peer::CodecFormat> accepted);

  // Bitrates of video: for encoders that are made, and bitrates that are told, from now on. The
  // others: at once.
  void setBitrates(const EncoderBitrates& bitrates);
  // Of the filter; tried before (tryProperty()).
  void setProperty(const ElementProperty& property);
  void dot(std::move_only_function<void(std::string)> done);

 private:
  class Core;

  ConversionChain(Loop& home, FrameThreads& threads, Settings settings,
                  std::weak_ptr<ConversionObserver> observer, Timestamp begin);

  const std::shared_ptr<SerialExecutor> executor_;
  const std::shared_ptr<TrackFeed> feed_;
  std::shared_ptr<Core> core_;
};

}  // namespace ms::frame
