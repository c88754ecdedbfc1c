// For tests: a camera or microphone and a screen, as MediaSource and MediaSink. Each packet carries
// the instant at which it was captured, so that a test can tell what arrived and when it belongs.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "server/packet/peer/media.h"
#include "server/packet/peer/sink_list.h"
#include "server/packet/rtp/key_frame.h"
#include "server/packet/rtp/ntp_time.h"
#include "server/packet/rtp/rtp_writer.h"
#include "server/packet/rtp/sequence.h"

namespace ms::peer {

inline const CodecFormat kVp8{.codec = rtp::Codec::Vp8, .clock_rate = 90000, .channels = 1};
inline const CodecFormat kOpus{.codec = rtp::Codec::Opus, .clock_rate = 48000, .channels = 2};

// Sends one packet per frame. VP8 with a 15-bit picture id, key frames when asked for.
class TestSource final : public MediaSource {
 public:
  struct Settings {
    rtp::MediaKind kind = rtp::MediaKind::Video;
    rtp::Ssrc ssrc;
    rtp::RtpTimestamp first_timestamp;
    rtp::SequenceNumber first_number;
    std::size_t payload_bytes = 200;
  };
  static constexpr std::size_t kCaptureAt = 5;  // Where the instant stands in the payload.

  TestSource(const Settings& settings, rtp::PacketPool& pool, const rtp::NtpClock& clock)
      : payload_bytes(settings.payload_bytes),
        settings_(settings),
        pool_(pool),
        clock_(clock),
        number_(settings.first_number),
        first_timestamp_(settings.first_timestamp) {}
  ~TestSource() override {
    while (MediaSink* sink = sinks_.first()) removeSink(*sink);
  }

  rtp::MediaKind kind() const override { return settings_.kind; }
  std::optional<CodecFormat> format() const override { return codec(); }
  void addSink(MediaSink& sink, Timestamp now) override {
    if (sinks_.add(sink)) sink.onSourceAttached(*this, now);
  }
  void removeSink(MediaSink& sink) override {
    if (sinks_.remove(sink)) sink.onSourceDetached(*this);
  }
  SourceLayers layers(Timestamp) const override { return {}; }
  void requestKeyFrame(std::uint8_t, Timestamp) override {
    ++key_frame_requests;
    key_frame_next_ = true;
  }
  void setReceiverEstimate(MediaSink&, Bitrate estimate, Timestamp) override {
    receiver_estimate = estimate;
  }

  void sendFrame(Timestamp now) {
    const auto us = now.time_since_epoch().count();
    std::array<std::uint8_t, rtp::kMaxPacketBytes> buffer{};
    std::vector<std::uint8_t> payload(payload_bytes, 0x5a);
    const std::uint16_t picture_id = picture_id_++ & 0x7fff;
    payload[0] = 0x90;  // X, S, partition 0.
    payload[1] = 0x80;  // I.
    storeBe16(payload, 2, static_cast<std::uint16_t>(0x8000 | picture_id));
    payload[4] = key_frame_next_ ? 0x00 : 0x01;  // The P bit of the VP8 payload header.
    storeBe64(payload, kCaptureAt, static_cast<std::uint64_t>(us));
    key_frame_next_ = false;

    rtp::OutgoingHeader header{.ssrc = settings_.ssrc,
                               .timestamp = timestampAt(now),
                               .sequence_number = number_,
                               .payload_type = rtp::PayloadType(100),
                               .marker = true,
                               .picture_ids = std::nullopt,
                               .abs_send_time = std::nullopt};
    number_ = rtp::SequenceNumber(static_cast<std::uint16_t>(*number_ + 1));
    const auto bytes = rtp::writeRtp(header, payload, buffer);
    const rtp::PacketRef packet = pool_.copy(Bytes(buffer).first(*bytes), now);
    const auto view = rtp::RtpView::parse(packet.bytes());
    const CodecFormat format = codec();
    const SourcePacket delivered{
        .source = *this, .packet = packet, .view = *view, .format = format};
    ++frames_sent;
    sinks_.forEachOfBurst(1, [&](MediaSink& sink, std::size_t) { sink.onPacket(delivered, now); });
  }

  // What a capturing sender knows of its own clock.
  void tellClock(Timestamp now) {
    const rtcp::ClockMapping mapping{.source = settings_.ssrc,
                                     .ntp = clock_.at(now),
                                     .rtp = timestampAt(now),
                                     .clock_rate = codec().clock_rate};
    sinks_.forEach([&](MediaSink& sink) { sink.onSourceClock(*this, mapping); });
  }

  // As a program that is started again with the same SSRC: numbers from `number`, a clock that is
  // `ticks` off the former one, and a key frame.
  void beginAnew(rtp::SequenceNumber number, std::uint32_t ticks) {
    number_ = number;
    first_timestamp_ = rtp::RtpTimestamp(*first_timestamp_ + ticks);
    key_frame_next_ = true;
  }

  std::size_t payload_bytes;
  int frames_sent = 0;
  int key_frame_requests = 0;
  std::optional<Bitrate> receiver_estimate;

 private:
  CodecFormat codec() const { return settings_.kind == rtp::MediaKind::Video ? kVp8 : kOpus; }
  rtp::RtpTimestamp timestampAt(Timestamp now) const {
    const std::int64_t ticks = now.time_since_epoch().count() * codec().clock_rate / 1'000'000;
    return rtp::RtpTimestamp(*first_timestamp_ + static_cast<std::uint32_t>(ticks));
  }

  const Settings settings_;
  rtp::PacketPool& pool_;
  const rtp::NtpClock& clock_;
  SinkList sinks_;
  rtp::SequenceNumber number_;
  rtp::RtpTimestamp first_timestamp_;
  std::uint16_t picture_id_ = 0;
  bool key_frame_next_ = true;
};

// Keeps what arrived.
class TestSink final : public MediaSink {
 public:
  struct Arrival {
    rtp::Ssrc ssrc;
    rtp::SequenceNumber number;
    rtp::RtpTimestamp timestamp;
    std::uint16_t picture_id = 0;
    bool is_key_frame = false;
    Timestamp captured;
    Timestamp arrived;
  };

  explicit TestSink(rtp::MediaKind kind) : kind_(kind) {}
  ~TestSink() override {
    if (source) source->removeSink(*this);
  }

  rtp::MediaKind kind() const override { return kind_; }
  bool takes(const CodecFormat&) const override { return true; }
  void onSourceAttached(MediaSource& attached, Timestamp now) override {
    source = &attached;
    attached.requestKeyFrame(0, now);
  }
  void onSourceDetached(MediaSource&) override { source = nullptr; }
  void onSourceClock(MediaSource&, const rtcp::ClockMapping& told) override { mapping = told; }
  void onPacket(const SourcePacket& packet, Timestamp now) override {
    const Bytes payload = packet.view.payload();
    if (payload.size() < TestSource::kCaptureAt + 8) return;
    const auto captured = static_cast<std::int64_t>(loadBe64(payload, TestSource::kCaptureAt));
    arrivals.push_back({.ssrc = packet.view.ssrc(),
                        .number = packet.view.sequenceNumber(),
                        .timestamp = packet.view.timestamp(),
                        .picture_id = static_cast<std::uint16_t>(loadBe16(payload, 2) & 0x7fff),
                        .is_key_frame = rtp::isKeyFrameStart(packet.format.codec, payload),
                        .captured = Timestamp(Duration(captured)),
                        .arrived = now});
  }

  // The arrivals in the order of their sequence numbers, each number once.
  std::vector<Arrival> inOrder() const {
    std::vector<Arrival> sorted = arrivals;
    std::ranges::sort(sorted, [](const Arrival& a, const Arrival& b) {
      return rtp::isNewer(b.number, a.number);
    });
    return sorted;
  }

  std::vector<Arrival> arrivals;
  MediaSource* source = nullptr;
  std::optional<rtcp::ClockMapping> mapping;

 private:
  const rtp::MediaKind kind_;
};

}  // namespace ms::peer
