#include "server/packet/rtp/stream_rewriter.h"

#include <algorithm>

#include "server/packet/rtp/key_frame.h"
#include "server/packet/rtp/vp8_descriptor.h"
#include "server/packet/rtp/vp9_descriptor.h"

namespace ms::rtp {
namespace {

// None for codecs without such numbers.
std::expected<PictureIds, Drop> readPictureIds(Codec codec, Bytes payload) {
  if (codec == Codec::Vp8) {
    const auto descriptor = Vp8Descriptor::parse(payload);
    if (!descriptor) return std::unexpected(descriptor.error());
    return descriptor->ids;
  }
  if (codec == Codec::Vp9) {
    const auto descriptor = Vp9Descriptor::parse(payload);
    if (!descriptor) return std::unexpected(descriptor.error());
    return descriptor->ids;
  }
  return PictureIds{};
}

// At least one tick: what follows another picture must not look like a part of it.
std::uint32_t elapsedTicks(Duration elapsed, std::uint32_t clock_rate) {
  const std::int64_t ticks = elapsed.count() * clock_rate / 1'000'000;
  return static_cast<std::uint32_t>(std::max<std::int64_t>(ticks, 1));
}

}  // namespace

StreamRewriter::StreamRewriter(MediaKind kind, const Start& start) : kind_(kind), start_(start) {}

void StreamRewriter::choose(std::optional<SourceId> source) {
  chosen_ = source;
  if (!source) stream_.reset();
  waiting_ = source && (!stream_ || stream_->source != *source);
}

std::expected<OutgoingHeader, Drop> StreamRewriter::rewrite(const RtpView& packet,
                                                            const SourceFormat& format,
                                                            Timestamp arrival) {
  if (continues(packet, format, arrival)) return proceed(packet, format, arrival);
  if (isCurrent(packet, format)) stream_.reset();
  if (chosen_ != format.source) return std::unexpected(Drop::NotChosen);
  return begin(packet, format, arrival);
}

void StreamRewriter::skip(const RtpView& packet, const SourceFormat& format) {
  if (!isCurrent(packet, format)) return;
  const std::int64_t sequence = unwrap(packet.sequenceNumber());
  // The number of one that comes late is already a gap in what went out: it stays one.
  if (sequence <= stream_->highest || isFarAway(sequence)) return;
  rememberSkip(sequence);
  stream_->highest = sequence;
}

std::optional<StreamRewriter::Current> StreamRewriter::current() const {
  if (!stream_) return std::nullopt;
  return Current{stream_->source, stream_->ssrc, stream_->clock_rate, stream_->timestamp_offset};
}

bool StreamRewriter::continues(const RtpView& packet, const SourceFormat& format,
                               Timestamp arrival) const {
  if (!isCurrent(packet, format)) return false;
  const std::int64_t sequence = unwrap(packet.sequenceNumber());
  return !isFarAway(sequence) && !hasLeapt(packet, sequence, arrival);
}

bool StreamRewriter::isCurrent(const RtpView& packet, const SourceFormat& format) const {
  return stream_ && stream_->source == format.source && stream_->ssrc == packet.ssrc() &&
         stream_->codec == format.codec;
}

std::int64_t StreamRewriter::unwrap(SequenceNumber number) const {
  const SequenceNumber highest(static_cast<std::uint16_t>(stream_->highest));
  return stream_->highest + distance(highest, number);
}

bool StreamRewriter::isFarAway(std::int64_t sequence) const {
  const std::int64_t ahead = sequence - stream_->highest;
  return ahead > kMaxDropout || ahead < -kMaxMisorder;
}

bool StreamRewriter::hasLeapt(const RtpView& packet, std::int64_t sequence,
                              Timestamp arrival) const {
  if (std::abs(sequence - stream_->highest) <= kSurelyTheSame) return false;
  const RtpTimestamp timestamp(*packet.timestamp() + stream_->timestamp_offset);
  const Duration on_its_clock(std::int64_t{distance(last_->timestamp, timestamp)} * 1'000'000 /
                              stream_->clock_rate);
  return std::chrono::abs(on_its_clock - (arrival - last_->arrival)) > kMaxTimestampLeap;
}

std::expected<OutgoingHeader, Drop> StreamRewriter::begin(const RtpView& packet,
                                                          const SourceFormat& format,
                                                          Timestamp arrival) {
  waiting_ = true;
  if (packet.payload().empty()) return std::unexpected(Drop::EmptyPayload);
  if (kind_ == MediaKind::Video && hasKeyFrames(format.codec) &&
      !isKeyFrameStart(format.codec, packet.payload()))
    return std::unexpected(Drop::WaitsForKeyFrame);

  const SequenceNumber number = last_ ? next(last_->sequence_number) : start_.sequence_number;
  const std::uint32_t timestamp =
      last_ ? *last_->timestamp + elapsedTicks(arrival - last_->arrival, format.clock_rate)
            : *start_.timestamp;
  const std::int64_t first = *packet.sequenceNumber();
  stream_ = Stream{
      .source = format.source,
      .ssrc = packet.ssrc(),
      .codec = format.codec,
      .clock_rate = format.clock_rate,
      .first = first,
      .highest = first,
      .sequence_offset = static_cast<std::uint16_t>(*number - *packet.sequenceNumber()),
      .timestamp_offset = timestamp - *packet.timestamp(),
  };
  skips_total_ = 0;
  waiting_ = false;
  ++switches_;
  alignPictureIds(packet, format.codec);

  OutgoingHeader header = headerOf(packet, format, number);
  // RFC 3551 §4.1: audio after a silence begins with the marker.
  if (kind_ == MediaKind::Audio) header.marker = true;
  remember(header, arrival);
  return header;
}

std::expected<OutgoingHeader, Drop> StreamRewriter::proceed(const RtpView& packet,
                                                            const SourceFormat& format,
                                                            Timestamp arrival) {
  const std::int64_t sequence = unwrap(packet.sequenceNumber());
  if (sequence < stream_->first) return std::unexpected(Drop::BeforeKeyFrame);
  const Drop unusable = packet.payload().empty() ? Drop::EmptyPayload : Drop::BadPayload;
  if (packet.payload().empty() || !readPictureIds(format.codec, packet.payload())) {
    skip(packet, format);
    return std::unexpected(unusable);
  }
  const auto skips = skipsBefore(sequence);
  if (!skips) return std::unexpected(Drop::TooOld);

  const SequenceNumber number(
      static_cast<std::uint16_t>(*packet.sequenceNumber() + stream_->sequence_offset - *skips));
  const OutgoingHeader header = headerOf(packet, format, number);
  stream_->highest = std::max(stream_->highest, sequence);
  if (isNewer(number, last_->sequence_number)) remember(header, arrival);
  return header;
}

OutgoingHeader StreamRewriter::headerOf(const RtpView& packet, const SourceFormat& format,
                                        SequenceNumber sequence_number) const {
  OutgoingHeader header{
      .ssrc = start_.ssrc,
      .timestamp = RtpTimestamp(*packet.timestamp() + stream_->timestamp_offset),
      .sequence_number = sequence_number,
      .payload_type = format.outgoing_payload_type,
      .marker = packet.marker(),
      .picture_ids = std::nullopt,
      .abs_send_time = std::nullopt,
  };
  rewritePictureIds(packet, header);
  return header;
}

void StreamRewriter::rewritePictureIds(const RtpView& packet, OutgoingHeader& header) const {
  auto ids = readPictureIds(stream_->codec, packet.payload());
  if (!ids || (!ids->hasPictureId() && !ids->hasTl0PicIdx())) return;
  ids->picture_id = (ids->picture_id + stream_->picture_id_offset) & ids->pictureIdMask();
  ids->tl0_pic_idx = static_cast<std::uint8_t>(ids->tl0_pic_idx + stream_->tl0_pic_idx_offset);
  header.picture_ids = *ids;
}

// The first picture of a stream follows the last one of the stream before.
void StreamRewriter::alignPictureIds(const RtpView& packet, Codec codec) {
  const auto ids = readPictureIds(codec, packet.payload());
  if (!ids || !last_) return;
  if (ids->hasPictureId() && last_->picture_id)
    stream_->picture_id_offset =
        static_cast<std::uint16_t>(*last_->picture_id + 1 - ids->picture_id);
  if (ids->hasTl0PicIdx() && last_->tl0_pic_idx)
    stream_->tl0_pic_idx_offset =
        static_cast<std::uint8_t>(*last_->tl0_pic_idx + 1 - ids->tl0_pic_idx);
}

void StreamRewriter::remember(const OutgoingHeader& header, Timestamp arrival) {
  const bool is_newer = !last_ || isNewer(header.timestamp, last_->timestamp);
  if (!last_) last_.emplace();
  last_->sequence_number = header.sequence_number;
  if (is_newer) {
    last_->timestamp = header.timestamp;
    last_->arrival = arrival;
  }
  if (!header.picture_ids) return;
  if (header.picture_ids->hasPictureId()) last_->picture_id = header.picture_ids->picture_id;
  if (header.picture_ids->hasTl0PicIdx()) last_->tl0_pic_idx = header.picture_ids->tl0_pic_idx;
}

// How many packets before `sequence` were left out; nothing when that is forgotten, or when it was
// itself left out.
std::optional<std::uint16_t> StreamRewriter::skipsBefore(std::int64_t sequence) const {
  const std::size_t kept = std::min(skips_total_, kMaxRememberedSkips);
  for (std::size_t newer = 0; newer < kept; ++newer) {
    const std::int64_t skip = skips_[(skips_total_ - 1 - newer) % kMaxRememberedSkips];
    if (skip == sequence) return std::nullopt;
    if (skip < sequence) return static_cast<std::uint16_t>(skips_total_ - newer);
  }
  if (skips_total_ > kept) return std::nullopt;
  return 0;
}

void StreamRewriter::rememberSkip(std::int64_t sequence) {
  skips_[skips_total_ % kMaxRememberedSkips] = sequence;
  ++skips_total_;
}

}  // namespace ms::rtp
