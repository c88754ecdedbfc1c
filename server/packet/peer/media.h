// How media flows between elements on one loop: a MediaSource calls its MediaSinks directly,
// nothing is copied. What came in one turn of the loop is told sink by sink, all packets to one
// before the next (delivery_queue.h).
//
// Neither side knows what the other is. What crosses loops, transforms, records or only passes
// through is itself a sink on one side and a source on the other; nothing here assumes a peer.
//
// A link is made by source.addSink(sink) and ended by source.removeSink(sink); both may be called
// while a packet is being delivered. A sink that is given a second source keeps the first until the
// new one has shown a key frame, and then removes itself from the first. Whoever is destroyed first
// ends its links.
#pragma once

#include <cstdint>
#include <optional>

#include "server/base/units.h"
#include "server/packet/peer/codec_format.h"
#include "server/packet/peer/source_layers.h"
#include "server/packet/rtcp/source_clock.h"
#include "server/packet/rtp/packet_pool.h"
#include "server/packet/rtp/rtp_view.h"
#include "server/packet/rtp/types.h"

namespace ms::peer {

class MediaSource;

// The estimate of a receiver that tells none, and takes whatever comes.
inline constexpr Bitrate kUnlimited = Bitrate(100'000'000);

// One packet on its way from a source to its sinks. Valid during onPacket(); a sink that wants to
// keep the bytes copies `packet` (a counted reference).
struct SourcePacket {
  MediaSource& source;
  const rtp::PacketRef& packet;
  const rtp::RtpView& view;  // Of the packet's bytes.
  const CodecFormat& format;
  std::uint8_t layer = 0;  // Of a source that sends several encodings at once.
};

class MediaSink {
 public:
  virtual ~MediaSink() = default;

  virtual rtp::MediaKind kind() const = 0;
  // Whether packets of this format can be sent on unchanged. Others are dropped when they come.
  virtual bool takes(const CodecFormat& format) const = 0;

  // Called by the source only. Until onSourceDetached(source), `source` is there.
  virtual void onSourceAttached(MediaSource& source, Timestamp now) = 0;
  virtual void onSourceDetached(MediaSource& source) = 0;
  virtual void onPacket(const SourcePacket& packet, Timestamp now) = 0;
  // After each onPacket(), or after several of them: those that came together have been told.
  virtual void onBurstEnd() {}
  // It passes packets on to other sinks, on another loop: it is told before those that do not.
  virtual bool isRelay() const { return false; }
  // Where a stream of `source` stands on our clock, each time that it tells.
  virtual void onSourceClock(MediaSource& source, const rtcp::ClockMapping& mapping) = 0;
};

class MediaSource {
 public:
  virtual ~MediaSource() = default;

  virtual rtp::MediaKind kind() const = 0;
  // Of what flows now; nothing before the first packet.
  virtual std::optional<CodecFormat> format() const = 0;

  // Tells the sink and gives it the last clock mapping. A sink of video asks for a key frame as
  // soon as it can use one: asked for earlier, it would be spent, and the next one a second away.
  // Adding a sink that is there already does nothing.
  virtual void addSink(MediaSink& sink, Timestamp now) = 0;
  // Tells the sink; nothing when it is not there.
  virtual void removeSink(MediaSink& sink) = 0;

  // A viewer cannot decode that layer (0 without simulcast). Requests of all viewers of a layer are
  // sent on as one, at least 1 s apart.
  virtual void requestKeyFrame(std::uint8_t layer, Timestamp now) = 0;

  // What of it comes now. Each sink gets the packets of all layers and takes those of one.
  virtual SourceLayers layers(Timestamp now) const = 0;

  // What the receiver behind `sink` can take (its estimate, within the limits of its endpoint), or
  // kUnlimited: the source gives what the best of its receivers can take. Forgotten after 10 s
  // without news.
  virtual void setReceiverEstimate(MediaSink& sink, Bitrate estimate, Timestamp now) = 0;
};

}  // namespace ms::peer
