// How much video a peer can take, and what that means for its sink: what to ask of the source, and
// what must not be exceeded while the path is full.
//
// Known from transport-wide feedback or, where that was not negotiated, from the peer's REMB. A
// peer that gives neither takes whatever comes. See docs/decisions/0009-whose-estimate-rules.md.
#pragma once

#include <cstddef>
#include <optional>

#include "server/base/units.h"
#include "server/packet/peer/media_peer.h"
#include "server/packet/rtp/receive_rate.h"
#include "server/packet/sdp/negotiated.h"

namespace ms::peer {

class SinkBandwidth {
 public:
  // The source is told again after that, and sooner when it changed by more than a twentieth.
  static constexpr Duration kRefresh = std::chrono::seconds(1);
  static constexpr Duration kTellSpacing = std::chrono::milliseconds(200);
  // A REMB that fell is a sign of a full path; without another one, for so long.
  static constexpr Duration kForgetRembLimitAfter = std::chrono::seconds(15);
  static constexpr double kRembFell = 0.9;

  explicit SinkBandwidth(const sdp::NegotiatedMedia& media);

  void setLimits(const BandwidthLimits& limits) { limits_ = limits; }
  void setOnConnect(Bitrate bitrate) { on_connect_ = bitrate; }

  void onRemb(Bitrate bitrate, Timestamp now);
  // Of video alone. `is_limited`: the path has shown that it takes no more.
  void onEstimate(Bitrate bitrate, bool is_limited, Timestamp now);
  // A packet of the source, whether it is sent or not.
  void onOffered(std::size_t bytes, Timestamp now) { offered_.add(bytes, now); }

  // What a new source is told before anything is known; nothing when that is not wanted.
  std::optional<Bitrate> onConnect() const;
  // What the source is to be told now, if anything.
  std::optional<Bitrate> poll(Timestamp now);
  // What the path takes, while it takes less than it is offered or shortly was.
  std::optional<Bitrate> limit() const { return is_limited_ ? estimate_ : std::nullopt; }
  // The endpoint's maximum and b=AS; 0: there is no limit.
  Bitrate maxAllowed() const;
  // What would be sent if the path took it.
  Bitrate wanted(Timestamp now) const;
  // The estimate within the endpoint's limits and b=AS; 0 when there is none.
  Bitrate target() const { return estimate_ ? withinLimits(*estimate_) : Bitrate(0); }

 private:
  Bitrate withinLimits(Bitrate bitrate) const;

  const bool gives_feedback_;
  const bool has_transport_cc_;
  const std::optional<Bitrate> max_send_;  // b=AS of the peer.
  BandwidthLimits limits_;
  Bitrate on_connect_{0};
  std::optional<Bitrate> estimate_;
  std::optional<Bitrate> remb_;  // Beside transport-wide feedback: what the peer wants at most.
  bool is_limited_ = false;
  Timestamp remb_fell_at_{};
  rtp::ReceiveRate offered_;
  std::optional<Bitrate> told_;
  Timestamp told_at_{};
};

}  // namespace ms::peer
