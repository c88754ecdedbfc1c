// One stream of media of a chain, audio or video: given to every encoding that somebody wants of
// it; what is played is kept to its time.
//
//   demuxer or decoder -> tee -> keeper: holds each buffer back until it is due, unless it is live
//                          |---> payloader -> packets            as it came, for sinks that take it
//                          '---> decoder -> tee -> encoder ...   once for each other format
//
// Media that the demuxer already gave decoded has only the encoders behind the first tee. Nothing
// but the keeper is there while nobody listens. All of it on the chain's executor.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "server/frame/codec_table.h"
#include "server/frame/encoder_bitrates.h"
#include "server/frame/executor.h"
#include "server/frame/frame_branch.h"
#include "server/frame/frame_inlet.h"
#include "server/frame/gstreamer.h"
#include "server/frame/player_settings.h"

namespace ms::frame {

class FrameStream {
 public:
  struct Listener {
    std::shared_ptr<FrameInlet> inlet;
    std::vector<peer::CodecFormat> accepted;  // By preference.
    Bitrate bitrate;                          // To begin with.
    FrameRate max_frame_rate = {};            // Of what is encoded for it.
  };
  enum class Pace {
    FromPreroll,  // Of what is read from somewhere: nothing plays before its first buffer is there.
    Clock,        // Of a camera with a clock of its own.
    AsItComes,    // Of peers: it is late already.
  };

  // `from` is blocked, or nothing comes out of it yet. `pipeline` outlives the stream.
  FrameStream(GstElement* pipeline, GstPad* from, rtp::MediaKind kind, Pace pace,
              std::function<void()> on_frame, std::shared_ptr<SerialExecutor> executor);
  FrameStream(const FrameStream&) = delete;
  FrameStream& operator=(const FrameStream&) = delete;

  rtp::MediaKind kind() const { return kind_; }
  bool isEncoded() const { return encoded_.has_value(); }

  // How it will get what it wants; nothing when it takes no format that can be had.
  std::optional<Conversion> add(const Listener& listener);
  void remove(const std::shared_ptr<FrameInlet>& inlet);
  void requestKeyFrame(const std::shared_ptr<FrameInlet>& inlet);
  void setBitrate(const std::shared_ptr<FrameInlet>& inlet, Bitrate bitrate);

 private:
  struct Encoding {
    peer::CodecFormat format;
    Conversion conversion;
    std::unique_ptr<FrameBranch> branch;
  };
  struct Choice {
    peer::CodecFormat format;
    Conversion conversion;
  };

  std::optional<Choice> choose(const std::vector<peer::CodecFormat>& accepted) const;
  Encoding* encodingOf(const Choice& choice, const Listener& listener);
  FrameBranch* branchOf(const std::shared_ptr<FrameInlet>& inlet) const;
  GstElement* rawTee();
  GstElement* addElement(const char* factory);

  GstElement* const pipeline_;
  const rtp::MediaKind kind_;
  const std::optional<peer::CodecFormat> encoded_;
  const std::function<void()> on_frame_;
  const std::shared_ptr<SerialExecutor> executor_;
  GstElement* tee_ = nullptr;      // The pipeline's.
  GstElement* raw_tee_ = nullptr;  // The same, where decoded media comes in.
  std::vector<Encoding> encodings_;
};

}  // namespace ms::frame
