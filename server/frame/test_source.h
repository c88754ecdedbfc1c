// For tests: a MediaSource that sends what it is told to.
#pragma once

#include <vector>

#include "server/packet/peer/media.h"
#include "server/packet/peer/sink_list.h"
#include "server/packet/rtp/test_packet.h"

namespace ms::frame {

class TestSource final : public peer::MediaSource {
 public:
  TestSource(rtp::MediaKind kind, const peer::CodecFormat& codec) : codec(codec), kind_(kind) {}
  ~TestSource() override {
    while (peer::MediaSink* sink = sinks_.first()) removeSink(*sink);
  }

  rtp::MediaKind kind() const override { return kind_; }
  std::optional<peer::CodecFormat> format() const override { return codec; }
  void addSink(peer::MediaSink& sink, Timestamp now) override {
    if (!sinks_.add(sink)) return;
    sink.onSourceAttached(*this, now);
  }
  void removeSink(peer::MediaSink& sink) override {
    if (sinks_.remove(sink)) sink.onSourceDetached(*this);
  }
  void requestKeyFrame(std::uint8_t layer, Timestamp) override {
    ++key_frame_requests;
    asked_layer = layer;
  }
  peer::SourceLayers layers(Timestamp) const override { return layers_now; }
  void setReceiverEstimate(peer::MediaSink&, Bitrate, Timestamp) override {}

  // As it stands in the packet.
  void send(Bytes packet, Timestamp now, std::uint8_t layer = 0) {
    const rtp::PacketRef copy = pool_.copy(packet, now);
    const auto view = rtp::RtpView::parse(copy.bytes());
    const peer::SourcePacket sent{
        .source = *this, .packet = copy, .view = *view, .format = codec, .layer = layer};
    sinks_.forEach([&](peer::MediaSink& sink) { sink.onPacket(sent, now); });
  }
  void tell(const rtcp::ClockMapping& mapping) {
    sinks_.forEach([&](peer::MediaSink& sink) { sink.onSourceClock(*this, mapping); });
  }

  peer::CodecFormat codec;
  peer::SourceLayers layers_now;
  int key_frame_requests = 0;
  std::uint8_t asked_layer = 0;

 private:
  const rtp::MediaKind kind_;
  rtp::PacketPool pool_;
  peer::SinkList sinks_;
};

}  // namespace ms::frame
