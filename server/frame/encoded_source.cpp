#include "server/frame/encoded_source.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "server/base/bytes.h"

namespace ms::frame {
namespace {

constexpr std::size_t kSequenceNumberAt = 2, kTimestampAt = 4, kSsrcAt = 8;  // RFC 3550 §5.1.

rtp::ViewerId viewerOf(const peer::MediaSink& sink) {
  return rtp::ViewerId(reinterpret_cast<std::uintptr_t>(&sink));
}

}  // namespace

// Ticks since the clock's epoch, modulo 2^32. Whole seconds apart, so that nothing overflows.
rtp::RtpTimestamp RtpTimeline::at(Timestamp due, std::uint32_t clock_rate) {
  constexpr std::int64_t kMicroseconds = 1'000'000;
  const std::int64_t us = due.time_since_epoch().count();
  const std::int64_t ticks = us / kMicroseconds * clock_rate +
                             (us % kMicroseconds * clock_rate + kMicroseconds / 2) / kMicroseconds;
  return rtp::RtpTimestamp(static_cast<std::uint32_t>(ticks));
}

rtp::RtpTimestamp RtpTimeline::place(rtp::RtpTimestamp written, std::uint32_t clock_rate,
                                     Timestamp due) {
  const std::uint32_t right = *at(due, clock_rate);
  const std::int64_t tolerance = kTolerance.count() * clock_rate / 1'000'000;
  if (offset_) {
    const auto error = static_cast<std::int32_t>(*written + *offset_ - right);
    if (std::abs(std::int64_t{error}) <= tolerance) return rtp::RtpTimestamp(*written + *offset_);
  }
  offset_ = right - *written;
  return rtp::RtpTimestamp(right);
}

EncodedSource::EncodedSource(const Surroundings& surroundings, rtp::MediaKind kind,
                             std::shared_ptr<FrameInlet> inlet,
                             std::unique_ptr<FrameProducer> producer)
    : surroundings_(surroundings),
      kind_(kind),
      inlet_(std::move(inlet)),
      producer_(std::move(producer)),
      key_frame_timer_(surroundings.loop) {
  inlet_->open([this](const RtpFrame& frame) { onFrame(frame, Loop::now()); });
}

EncodedSource::~EncodedSource() {
  inlet_->close();
  while (peer::MediaSink* sink = sinks_.first()) {
    sinks_.remove(*sink);
    sink->onSourceDetached(*this);
  }
}

void EncodedSource::addSink(peer::MediaSink& sink, Timestamp now) {
  const bool is_first = !sinks_.first();
  if (!sinks_.add(sink)) return;
  sink.onSourceAttached(*this, now);
  if (mapping_) sink.onSourceClock(*this, *mapping_);
  if (is_first) producer_->onFirstSink();
}

void EncodedSource::removeSink(peer::MediaSink& sink) {
  if (!sinks_.remove(sink)) return;
  limiter_.remove(viewerOf(sink));
  sink.onSourceDetached(*this);
  if (!sinks_.first()) producer_->onNoSink();
}

void EncodedSource::requestKeyFrame(std::uint8_t, Timestamp now) {
  if (kind_ != rtp::MediaKind::Video) return;
  key_frames_.want();
  maybeRequestKeyFrame(now);
}

void EncodedSource::maybeRequestKeyFrame(Timestamp now) {
  if (key_frames_.takeRequest(now)) producer_->requestKeyFrame();
  const Timestamp next = key_frames_.nextTime();
  if (next == kNever) return key_frame_timer_.cancel();
  key_frame_timer_.startAt(next, [this] { maybeRequestKeyFrame(Loop::now()); });
}

void EncodedSource::setReceiverEstimate(peer::MediaSink& sink, Bitrate estimate, Timestamp now) {
  if (kind_ != rtp::MediaKind::Video || !sinks_.contains(sink)) return;
  constexpr rtp::RembLimiter::Bounds kAsGiven{.min = Bitrate(0), .max = Bitrate(0)};
  limiter_.set(viewerOf(sink), estimate, kAsGiven, now);
  const auto limit = limiter_.limit(now);
  if (!limit || limit == told_bitrate_) return;
  if (told_bitrate_ && now - bitrate_told_at_ < kBitrateInterval) return;
  told_bitrate_ = limit;
  bitrate_told_at_ = now;
  producer_->setBitrate(*limit);
}

void EncodedSource::onFrame(const RtpFrame& frame, Timestamp now) {
  if (stream_ != frame.stream) beginStream(frame);
  if (frame.starts_key_frame) {
    key_frames_.onKeyFrameStart();
    key_frame_timer_.cancel();
  }
  maybeTellClock(frame, now);
  for (const auto& packet : frame.packets) deliver(packet, frame, now);
}

// Another payloader, another encoding: to the sinks it is another stream.
void EncodedSource::beginStream(const RtpFrame& frame) {
  stream_ = frame.stream;
  format_ = frame.format;
  ssrc_ = rtp::Ssrc(surroundings_.random.next32());
  sequence_number_ = surroundings_.random.next16() & 0x7fff;
  timeline_.restart();
  mapping_.reset();
}

void EncodedSource::maybeTellClock(const RtpFrame& frame, Timestamp now) {
  if (mapping_ && now - clock_told_at_ < kClockInterval) return;
  if (frame.packets.empty() || frame.packets.front().size() < rtp::RtpView::kFixedHeaderBytes)
    return;
  const rtp::RtpTimestamp written(loadBe32(frame.packets.front(), kTimestampAt));
  clock_told_at_ = now;
  mapping_ = rtcp::ClockMapping{.source = ssrc_,
                                .ntp = surroundings_.clock.at(frame.due),
                                .rtp = timeline_.place(written, frame.format.clock_rate, frame.due),
                                .clock_rate = frame.format.clock_rate};
  sinks_.forEach([&](peer::MediaSink& sink) { sink.onSourceClock(*this, *mapping_); });
}

void EncodedSource::deliver(const std::vector<std::uint8_t>& bytes, const RtpFrame& frame,
                            Timestamp now) {
  if (bytes.size() < rtp::RtpView::kFixedHeaderBytes) return;
  rtp::PacketRef packet = surroundings_.pool.copy(bytes, now);
  if (!packet) return;  // Counted by the pool.
  const MutableBytes header = packet.buffer();
  const rtp::RtpTimestamp written(loadBe32(bytes, kTimestampAt));
  storeBe16(header, kSequenceNumberAt, sequence_number_++);
  storeBe32(header, kTimestampAt, *timeline_.place(written, frame.format.clock_rate, frame.due));
  storeBe32(header, kSsrcAt, *ssrc_);
  const auto view = rtp::RtpView::parse(packet.bytes());
  if (!view) return;
  if (kind_ == rtp::MediaKind::Video) rates_.add(0, bytes.size(), now);
  const peer::SourcePacket delivered{
      .source = *this, .packet = packet, .view = *view, .format = *format_, .layer = 0};
  sinks_.forEachOfBurst(1,
                        [&](peer::MediaSink& sink, std::size_t) { sink.onPacket(delivered, now); });
}

}  // namespace ms::frame
