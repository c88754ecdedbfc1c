// What a chain takes of a MediaSource: a sink of packets on a worker's loop. Puts them in order,
// gives them the time at which they are due, and writes them into the chain's TrackFeed; video
// begins with a key frame, and after a loss goes on with one.
//
// Of a simulcast it takes the largest layer that comes; of redundant audio the primary blocks. Any
// other change of the format is told, and the packets of the new one are kept until the chain has
// opened the feed for it. It can be halted; the time meanwhile is cut out.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "server/base/loop.h"
#include "server/frame/due_times.h"
#include "server/frame/reorder_buffer.h"
#include "server/frame/track_feed.h"
#include "server/packet/peer/layer_selector.h"
#include "server/packet/peer/media.h"
#include "server/packet/rtp/ntp_time.h"

namespace ms::frame {

class TrackSink final : public peer::MediaSink {
 public:
  // A track that is silent for so long tells it, so that the others go on without it.
  static constexpr Duration kSilence = std::chrono::milliseconds(600);
  // How often to look whether the feed is open by now; at the end, so often at most.
  static constexpr Duration kOpenCheckInterval = std::chrono::milliseconds(20);
  static constexpr int kMaxOpenChecks = 150;
  // Between requests for a key frame; the source may ask its sender less often.
  static constexpr Duration kKeyFrameInterval = std::chrono::milliseconds(500);

  struct Settings {
    rtp::MediaKind kind;
    // How long to wait for a packet that is missing.
    Duration max_wait = ReorderBuffer::kMaxWait;
    // Of audio that was lost: no gap in time is left, and the other tracks are shortened by as
    // much. Otherwise the gap stays.
    bool closes_gaps = false;
  };
  struct Told {
    // What can be decoded comes in another format, the first too: the feed is to be opened for it.
    std::function<void(const peer::CodecFormat&)> on_format;
    std::function<void()> on_packet;  // Each that came; for the flow.
  };

  TrackSink(Loop& loop, const rtp::NtpClock& clock, const Settings& settings,
            std::shared_ptr<TrackFeed> feed, Told told);
  // Writes what still waits, if the feed is open.
  ~TrackSink() override;
  TrackSink(const TrackSink&) = delete;
  TrackSink& operator=(const TrackSink&) = delete;

  // Null: nothing comes.
  void setSource(peer::MediaSource* source, Timestamp now);
  // Takes nothing before start(), and nothing between halt() and the next start().
  void start(Timestamp now);
  void halt(Timestamp now);
  // Writes what still waits, ends the feed's stream and calls `done`, on the loop. Nothing is taken
  // any more.
  void end(Timestamp now, std::function<void()> done);

  // peer::MediaSink.
  rtp::MediaKind kind() const override { return settings_.kind; }
  bool takes(const peer::CodecFormat&) const override { return true; }
  void onSourceAttached(peer::MediaSource& source, Timestamp now) override;
  void onSourceDetached(peer::MediaSource& source) override;
  void onPacket(const peer::SourcePacket& packet, Timestamp now) override;
  void onSourceClock(peer::MediaSource& source, const rtcp::ClockMapping& mapping) override;

 private:
  bool isVideo() const { return settings_.kind == rtp::MediaKind::Video; }
  // Steps of onPacket().
  void maybeChooseLayer(Timestamp now);
  bool isOfStream(const peer::SourcePacket& packet) const;
  bool canBegin(const peer::SourcePacket& packet) const;
  void begin(const peer::SourcePacket& packet, Timestamp now);

  void flush(Timestamp now);
  void write(const ReorderBuffer::Popped& popped, Timestamp now);
  bool waitsForKeyFrame(const ReorderBuffer::Popped& popped, Bytes payload, Timestamp now);
  Timestamp dueOf(const rtp::RtpView& view, Timestamp arrival);
  Timestamp placed(Timestamp taken);
  void maybeCloseGap(const ReorderBuffer::Popped& popped, Timestamp due);
  bool writePayload(const rtp::RtpView& view, Bytes payload, Timestamp due);
  void maybeEnd();
  void wantKeyFrame(Timestamp now);
  void watchForSilence();

  const Settings settings_;
  const std::shared_ptr<TrackFeed> feed_;
  const Told told_;

  peer::MediaSource* source_ = nullptr;
  peer::LayerSelector layer_selector_;
  Timestamp choose_layer_at_{};
  std::uint8_t wanted_layer_ = 0;
  Timestamp key_frame_wanted_at_{};

  bool is_started_ = false;
  std::optional<Timestamp> halted_since_;
  Duration halted_{};
  Timestamp resumed_at_{};

  struct Stream {
    peer::CodecFormat format;  // As it comes; format_ as it is written.
    rtp::Ssrc ssrc;
    std::uint8_t layer = 0;
  };
  std::optional<Stream> stream_;  // That comes; none after a change of the source.
  std::optional<peer::CodecFormat> format_;
  ReorderBuffer buffer_;       // May outlast stream_.
  bool is_redundant_ = false;  // What is in buffer_.
  DueTimes due_times_;
  bool needs_key_frame_ = false;

  rtp::SequenceNumber
      number_;  // As written: what was lost leaves a gap, what is left out does not.
  std::optional<Timestamp> last_taken_;  // As told by the sender, without the halts.
  std::optional<Timestamp> last_due_;    // As written.
  Duration last_step_{};
  Timestamp last_written_at_{};
  std::function<void()> done_;  // While it ends.
  int open_checks_ = 0;
  Timer flush_timer_;
  Timer silence_timer_;
};

}  // namespace ms::frame
