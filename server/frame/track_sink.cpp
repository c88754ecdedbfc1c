#include "server/frame/track_sink.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/packet/rtp/foreign_structure.h"
#include "server/packet/rtp/key_frame.h"
#include "server/packet/rtp/red.h"
#include "server/packet/rtp/rtp_writer.h"
#include "server/packet/rtp/sequence.h"

namespace ms::frame {
namespace {

constexpr rtp::PayloadType kPayloadType(96);  // In the caps of the feed.

// Of redundant audio the codec inside.
peer::CodecFormat writtenFormat(peer::CodecFormat format) {
  if (format.codec == rtp::Codec::Red) format.codec = rtp::Codec::Opus;
  return format;
}

}  // namespace

TrackSink::TrackSink(Loop& loop, const rtp::NtpClock& clock, const Settings& settings,
                     std::shared_ptr<TrackFeed> feed, Told told)
    : settings_(settings),
      feed_(std::move(feed)),
      told_(std::move(told)),
      buffer_(settings.max_wait),
      due_times_(clock),
      flush_timer_(loop),
      silence_timer_(loop) {}

TrackSink::~TrackSink() {
  setSource(nullptr, Loop::now());
  if (is_started_) flush(kNever);
}

// ---- What it is told ----

void TrackSink::setSource(peer::MediaSource* source, Timestamp now) {
  if (source == source_) return;
  if (source_) source_->removeSink(*this);
  if (source) source->addSink(*this, now);
}

void TrackSink::start(Timestamp now) {
  if (std::exchange(is_started_, true)) return;
  if (halted_since_) {
    halted_ += now - *std::exchange(halted_since_, std::nullopt);
    resumed_at_ = now;
  }
  buffer_ = ReorderBuffer(settings_.max_wait);
  needs_key_frame_ = true;
  last_written_at_ = now;
  watchForSilence();
  wantKeyFrame(now);
}

void TrackSink::halt(Timestamp now) {
  if (!std::exchange(is_started_, false)) return;
  silence_timer_.cancel();
  halted_since_ = now;
  flush(now + settings_.max_wait);
}

void TrackSink::end(Timestamp now, std::function<void()> done) {
  halt(now);
  setSource(nullptr, now);
  done_ = std::move(done);
  maybeEnd();
}

// What came before the feed was open is not lost, but not waited for without an end, either.
void TrackSink::maybeEnd() {
  const bool is_open = format_ && feed_->isOpenFor(*format_);
  if (format_ && !is_open && open_checks_++ < kMaxOpenChecks)
    return flush_timer_.start(kOpenCheckInterval, [this] { maybeEnd(); });
  flush(Loop::now() + settings_.max_wait);
  feed_->end();
  std::exchange(done_, nullptr)();
}

// ---- What the source tells ----

void TrackSink::onSourceAttached(peer::MediaSource& source, Timestamp now) {
  source_ = &source;
  layer_selector_.restart();
  choose_layer_at_ = now;
  wanted_layer_ = 0;
  stream_.reset();
  key_frame_wanted_at_ = Timestamp{};
  if (is_started_) wantKeyFrame(now);
}

void TrackSink::onSourceDetached(peer::MediaSource&) { source_ = nullptr; }

void TrackSink::onSourceClock(peer::MediaSource&, const rtcp::ClockMapping& mapping) {
  due_times_.onMapping(mapping);
}

void TrackSink::onPacket(const peer::SourcePacket& packet, Timestamp now) {
  told_.on_packet();
  if (!is_started_) return;
  if (packet.format.codec == rtp::Codec::Other) return;  // Events and comfort noise beside media.
  if (rtp::hasForeignStructure(packet.format.codec, packet.view.payload())) return;
  maybeChooseLayer(now);
  if (!isOfStream(packet)) {
    if (packet.layer != wanted_layer_) return;
    if (!canBegin(packet)) return wantKeyFrame(now);
    begin(packet, now);
  }
  buffer_.push(packet.view.sequenceNumber(), packet.packet, now);
  flush(now);
}

// The layer that is written goes on until the wanted one shows a key frame.
void TrackSink::maybeChooseLayer(Timestamp now) {
  if (!isVideo() || !source_ || now < choose_layer_at_) return;
  choose_layer_at_ = now + peer::LayerSelector::kInterval;
  source_->setReceiverEstimate(*this, peer::kUnlimited, now);
  const peer::SourceLayers layers = source_->layers(now);
  if (layers.count < 2) return;
  const auto former = std::exchange(
      wanted_layer_,
      layer_selector_.choose(layers, {.estimate = std::nullopt, .max = Bitrate(0)}, now));
  if (former != wanted_layer_) key_frame_wanted_at_ = Timestamp{};
  if (!stream_ || stream_->layer != wanted_layer_) wantKeyFrame(now);
}

bool TrackSink::isOfStream(const peer::SourcePacket& packet) const {
  return stream_ && stream_->ssrc == packet.view.ssrc() && stream_->layer == packet.layer &&
         stream_->format == packet.format;
}

bool TrackSink::canBegin(const peer::SourcePacket& packet) const {
  return isVideo() ? rtp::isKeyFrameStart(packet.format.codec, packet.view.payload())
                   : !packet.view.payload().empty();
}

void TrackSink::begin(const peer::SourcePacket& packet, Timestamp now) {
  flush(now + settings_.max_wait);  // What is left of the former.
  buffer_ = ReorderBuffer(settings_.max_wait);
  needs_key_frame_ = true;
  const bool is_first = !format_;
  stream_ = Stream{packet.format, packet.view.ssrc(), packet.layer};
  is_redundant_ = packet.format.codec == rtp::Codec::Red;
  const peer::CodecFormat format = writtenFormat(packet.format);
  if (format_ != format) {
    format_ = format;
    told_.on_format(format);
  }
  if (is_first) feed_->origin().propose(dueOf(packet.view, packet.packet.arrival()));
}

void TrackSink::wantKeyFrame(Timestamp now) {
  if (!source_ || !isVideo() || now - key_frame_wanted_at_ < kKeyFrameInterval) return;
  key_frame_wanted_at_ = now;
  source_->requestKeyFrame(wanted_layer_, now);
}

// ---- What is written ----

void TrackSink::flush(Timestamp now) {
  if (buffer_.nextTime() == kNever) return flush_timer_.cancel();
  if (!feed_->isOpenFor(*format_))  // Kept, and written when it is.
    return flush_timer_.start(kOpenCheckInterval, [this] { flush(Loop::now()); });
  while (const auto popped = buffer_.pop(now)) write(*popped, now);
  const Timestamp next = buffer_.nextTime();
  if (next == kNever) return flush_timer_.cancel();
  flush_timer_.startAt(next, [this] { flush(Loop::now()); });
}

void TrackSink::write(const ReorderBuffer::Popped& popped, Timestamp now) {
  const auto view = rtp::RtpView::parse(popped.packet.bytes());
  if (!view) return;
  Bytes payload = view->payload();
  if (feed_->takeInterruption()) needs_key_frame_ = true;
  if (waitsForKeyFrame(popped, payload, now) || payload.empty()) return;  // Padding, to probe.
  if (is_redundant_) {
    const auto primary = rtp::redPrimary(payload);
    if (!primary) return;
    payload = *primary;
  }
  const Timestamp taken = dueOf(*view, popped.packet.arrival());
  // Video cannot do without its key frame, audio can.
  if (!isVideo() && taken + halted_ < resumed_at_) return;
  const Timestamp due = placed(taken);
  maybeCloseGap(popped, due);
  if (last_due_ && due > *last_due_ && !popped.is_after_gap) last_step_ = due - *last_due_;
  last_due_ = due;
  last_written_at_ = now;
  if (!writePayload(*view, payload, due)) needs_key_frame_ = true;
}

bool TrackSink::waitsForKeyFrame(const ReorderBuffer::Popped& popped, Bytes payload,
                                 Timestamp now) {
  if (popped.is_after_gap) {
    number_ = rtp::next(number_);
    needs_key_frame_ = true;
  }
  if (!isVideo()) return false;
  if (needs_key_frame_ && rtp::isKeyFrameStart(format_->codec, payload)) {
    number_ = rtp::next(number_);  // A frame before it may be cut off.
    needs_key_frame_ = false;
  }
  if (needs_key_frame_) wantKeyFrame(now);
  return needs_key_frame_;
}

Timestamp TrackSink::dueOf(const rtp::RtpView& view, Timestamp arrival) {
  return due_times_.dueOf({.ssrc = view.ssrc(),
                           .timestamp = view.timestamp(),
                           .clock_rate = format_->clock_rate,
                           .arrival = arrival}) -
         halted_;
}

// After a halt what is taken may be older than what was written last.
Timestamp TrackSink::placed(Timestamp taken) {
  if (std::exchange(last_taken_, taken) == taken && last_due_) return *last_due_;
  return last_due_ ? std::max(taken, *last_due_ + DueTimes::kMinStep) : taken;
}

void TrackSink::maybeCloseGap(const ReorderBuffer::Popped& popped, Timestamp due) {
  if (!settings_.closes_gaps || isVideo() || !popped.is_after_gap || !last_due_) return;
  const Duration gap = due - *last_due_ - last_step_;
  if (gap > Duration(0)) feed_->origin().cut(gap);
}

bool TrackSink::writePayload(const rtp::RtpView& view, Bytes payload, Timestamp due) {
  const rtp::OutgoingHeader header{.ssrc = rtp::Ssrc(1),
                                   .timestamp = view.timestamp(),
                                   .sequence_number = number_,
                                   .payload_type = kPayloadType,
                                   .marker = view.marker(),
                                   .picture_ids = std::nullopt,
                                   .abs_send_time = std::nullopt};
  number_ = rtp::next(number_);
  std::array<std::uint8_t, rtp::kPacketBufferBytes> bytes;
  const auto written = rtp::writeRtp(header, payload, bytes);
  return written && feed_->write(Bytes(bytes).first(*written), due);
}

void TrackSink::watchForSilence() {
  silence_timer_.start(kSilence / 2, [this] {
    const Timestamp now = Loop::now();
    if (now - last_written_at_ >= kSilence) feed_->tellSilenceUntil(now - halted_ - kSilence);
    watchForSilence();
  });
}

}  // namespace ms::frame
