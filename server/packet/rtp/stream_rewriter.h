// Keeps one outgoing SSRC continuous while its source changes (RFC 3550 §7: a mixer that selects).
//
// Given a packet of a source it says what the outgoing header must be: sequence number, timestamp,
// payload type, SSRC, and picture ids. Video of a new source begins at a key frame; until then the
// former source, if it still comes, goes on. Gaps that mean loss stay gaps, so that the receiver's
// NACK works; packets left out on purpose leave none. A number far from the last is a sender that
// began anew: whoever receives its packets has made sure of that (ReceiveStatistics). Driven by one
// sink, which also writes the bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>

#include "server/base/units.h"
#include "server/packet/rtp/drop.h"
#include "server/packet/rtp/outgoing_header.h"
#include "server/packet/rtp/rtp_view.h"
#include "server/packet/rtp/sequence.h"
#include "server/packet/rtp/types.h"

namespace ms::rtp {

// Whoever links sources to sinks numbers the sources.
using SourceId = Strong<struct SourceIdTag, std::uint64_t>;

// What the rewriter must know of a packet beyond its bytes.
struct SourceFormat {
  SourceId source;
  Codec codec = Codec::Other;
  std::uint32_t clock_rate = 90000;
  PayloadType outgoing_payload_type;  // The sink's number for this codec.
};

class StreamRewriter {
 public:
  // RFC 3550 A.1: a larger step forward is a restart of the source, not loss.
  static constexpr std::int64_t kMaxDropout = 3000;
  // Packets this far behind the newest are late; beyond it the source may have restarted.
  static constexpr std::int64_t kMaxMisorder = 1000;
  // A sender that begins anew at a random number may be near the last by chance: its timestamp then
  // tells, when it is so far from where time has taken it. Within so few numbers it is the same.
  static constexpr std::int64_t kSurelyTheSame = 100;
  static constexpr Duration kMaxTimestampLeap = std::chrono::seconds(5);
  // So many left-out packets are remembered, to find the place of those that come late.
  static constexpr std::size_t kMaxRememberedSkips = 128;

  struct Start {
    Ssrc ssrc;
    SequenceNumber sequence_number;  // Random (RFC 3550 §5.1), below 2^15 (RFC 3711 §3.3.1).
    RtpTimestamp timestamp;          // Random.
  };

  StreamRewriter(MediaKind kind, const Start& start);

  // From now on `source` is what is wanted; the former one goes on, if it is still fed, until the
  // new one begins. Nothing: the stream stops here, and whatever is chosen next begins anew.
  void choose(std::optional<SourceId> source);

  // True while video of the chosen source waits: ask that source for a key frame.
  bool needsKeyFrame() const { return kind_ == MediaKind::Video && waiting_; }

  // The outgoing header of `packet`, or why it is not to be sent on. abs_send_time stays empty.
  std::expected<OutgoingHeader, Drop> rewrite(const RtpView& packet, const SourceFormat& format,
                                              Timestamp arrival);

  // Whether `packet` belongs to what now goes out; what does not begins with a key frame.
  bool continues(const RtpView& packet, const SourceFormat& format, Timestamp arrival) const;

  // Tells that the sink leaves this packet out on purpose, instead of rewriting it.
  void skip(const RtpView& packet, const SourceFormat& format);

  Ssrc ssrc() const { return start_.ssrc; }
  // The stream that now goes out, and what is added to its timestamps: for sender reports.
  struct Current {
    SourceId source;
    Ssrc ssrc;
    std::uint32_t clock_rate;
    std::uint32_t timestamp_offset;
  };
  std::optional<Current> current() const;
  std::uint64_t switches() const { return switches_; }

 private:
  // The source stream that now goes out, and how its numbers map to ours.
  struct Stream {
    SourceId source;
    Ssrc ssrc;
    Codec codec;
    std::uint32_t clock_rate;
    std::int64_t first;    // Unwrapped: packets before are not sent.
    std::int64_t highest;  // Unwrapped.
    std::uint16_t sequence_offset;
    std::uint32_t timestamp_offset;
    std::uint16_t picture_id_offset = 0;
    std::uint8_t tl0_pic_idx_offset = 0;
  };
  // The newest of what was sent.
  struct Last {
    SequenceNumber sequence_number;
    RtpTimestamp timestamp;
    Timestamp arrival;
    std::optional<std::uint16_t> picture_id;
    std::optional<std::uint8_t> tl0_pic_idx;
  };

  bool isCurrent(const RtpView& packet, const SourceFormat& format) const;
  std::int64_t unwrap(SequenceNumber number) const;  // Only with a stream_.
  bool isFarAway(std::int64_t sequence) const;
  bool hasLeapt(const RtpView& packet, std::int64_t sequence, Timestamp arrival) const;
  std::expected<OutgoingHeader, Drop> begin(const RtpView& packet, const SourceFormat& format,
                                            Timestamp arrival);
  std::expected<OutgoingHeader, Drop> proceed(const RtpView& packet, const SourceFormat& format,
                                              Timestamp arrival);
  OutgoingHeader headerOf(const RtpView& packet, const SourceFormat& format,
                          SequenceNumber sequence_number) const;
  void rewritePictureIds(const RtpView& packet, OutgoingHeader& header) const;
  void alignPictureIds(const RtpView& packet, Codec codec);
  void remember(const OutgoingHeader& header, Timestamp arrival);
  std::optional<std::uint16_t> skipsBefore(std::int64_t sequence) const;
  void rememberSkip(std::int64_t sequence);

  const MediaKind kind_;
  const Start start_;
  std::optional<SourceId> chosen_;
  std::optional<Stream> stream_;
  std::optional<Last> last_;
  std::array<std::int64_t, kMaxRememberedSkips> skips_{};  // Ring, ascending.
  std::size_t skips_total_ = 0;  // Of this stream; the newest is at (skips_total_ - 1) % size.
  bool waiting_ = false;
  std::uint64_t switches_ = 0;
};

}  // namespace ms::rtp
