// What a GStreamer chain gives, as a source of packets like any other: lives on a worker's loop,
// takes frames from a FrameInlet, gives them a sequence and the time at which they are due, and
// hands them to its sinks. What sinks want of it goes to the chain: whether anybody listens, key
// frames, a bitrate.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "server/base/loop.h"
#include "server/base/random.h"
#include "server/frame/frame_inlet.h"
#include "server/packet/peer/media.h"
#include "server/packet/peer/sink_list.h"
#include "server/packet/rtp/key_frame_request_pacer.h"
#include "server/packet/rtp/ntp_time.h"
#include "server/packet/rtp/packet_pool.h"
#include "server/packet/rtp/remb_limiter.h"

namespace ms::frame {

// What makes the frames. Called on the loop of the source; must not block.
class FrameProducer {
 public:
  virtual ~FrameProducer() = default;

  // Somebody listens from now on, or nobody any more.
  virtual void onFirstSink() = 0;
  virtual void onNoSink() = 0;
  virtual void requestKeyFrame() = 0;
  // What the best of the receivers can take.
  virtual void setBitrate(Bitrate bitrate) = 0;
};

// Timestamps of a payloader, moved to where they belong on our clock. Steps that the payloader
// makes are kept to the tick, as a decoder of audio hears each sample that is missing, until it is
// further off than kTolerance: after a pause or a jump.
class RtpTimeline {
 public:
  static constexpr Duration kTolerance = std::chrono::milliseconds(30);

  rtp::RtpTimestamp place(rtp::RtpTimestamp written, std::uint32_t clock_rate, Timestamp due);
  void restart() { offset_.reset(); }
  // Where `due` is.
  static rtp::RtpTimestamp at(Timestamp due, std::uint32_t clock_rate);

 private:
  std::optional<std::uint32_t> offset_;
};

class EncodedSource final : public peer::MediaSource {
 public:
  // How often sinks are told where timestamps are on the clock.
  static constexpr Duration kClockInterval = std::chrono::seconds(4);
  // How often the chain is told of a bitrate that did not change, and at most of one that did.
  static constexpr Duration kBitrateInterval = std::chrono::milliseconds(500);

  // All of it outlives the source and belongs to the same loop.
  struct Surroundings {
    Loop& loop;
    rtp::PacketPool& pool;
    Random& random;
    rtp::NtpClock clock;
  };

  EncodedSource(const Surroundings& surroundings, rtp::MediaKind kind,
                std::shared_ptr<FrameInlet> inlet, std::unique_ptr<FrameProducer> producer);
  ~EncodedSource() override;
  EncodedSource(const EncodedSource&) = delete;
  EncodedSource& operator=(const EncodedSource&) = delete;

  // peer::MediaSource.
  rtp::MediaKind kind() const override { return kind_; }
  std::optional<peer::CodecFormat> format() const override { return format_; }
  void addSink(peer::MediaSink& sink, Timestamp now) override;
  void removeSink(peer::MediaSink& sink) override;
  void requestKeyFrame(std::uint8_t layer, Timestamp now) override;
  peer::SourceLayers layers(Timestamp now) const override { return rates_.at(now); }
  void setReceiverEstimate(peer::MediaSink& sink, Bitrate estimate, Timestamp now) override;

 private:
  void onFrame(const RtpFrame& frame, Timestamp now);
  void beginStream(const RtpFrame& frame);
  void maybeTellClock(const RtpFrame& frame, Timestamp now);
  void deliver(const std::vector<std::uint8_t>& packet, const RtpFrame& frame, Timestamp now);
  void maybeRequestKeyFrame(Timestamp now);

  const Surroundings surroundings_;
  const rtp::MediaKind kind_;
  const std::shared_ptr<FrameInlet> inlet_;
  const std::unique_ptr<FrameProducer> producer_;

  peer::SinkList sinks_;
  std::optional<peer::CodecFormat> format_;
  std::optional<rtcp::ClockMapping> mapping_;
  Timestamp clock_told_at_{};
  peer::LayerRates rates_;

  // Of the stream that comes now.
  std::optional<std::uint32_t> stream_;
  rtp::Ssrc ssrc_;
  std::uint16_t sequence_number_ = 0;
  RtpTimeline timeline_;

  rtp::KeyFrameRequestPacer key_frames_;
  Timer key_frame_timer_;
  rtp::RembLimiter limiter_;
  std::optional<Bitrate> told_bitrate_;
  Timestamp bitrate_told_at_{};
};

}  // namespace ms::frame
