// How much a peer can take, from its transport-wide feedback (draft-ietf-rmcat-gcc-02): the least
// of what the delay and what the loss of our packets say.
//
// Until the path has shown a limit there is none: the estimate is then a multiple of what arrives,
// and nobody has to hold back. Driven by one transport: told of each packet with a transport-wide
// number, and of each feedback.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "server/base/units.h"
#include "server/packet/bwe/acknowledged_bitrate.h"
#include "server/packet/bwe/arrival_groups.h"
#include "server/packet/bwe/delay_based_rate.h"
#include "server/packet/bwe/loss_limit.h"
#include "server/packet/bwe/overuse_detector.h"
#include "server/packet/bwe/probe_train.h"
#include "server/packet/bwe/sent_packets.h"
#include "server/packet/rtcp/transport_cc_view.h"
#include "server/packet/rtp/types.h"

namespace ms::bwe {

class SendSideEstimator {
 public:
  static constexpr Bitrate kStart = Bitrate(300'000);
  // While nothing limits: this multiple of what arrives.
  static constexpr std::int64_t kUnlimitedFactor = 2;
  // A path that has not been full for so long, at what the media need, is not limited any more.
  static constexpr Duration kForgetLimitAfter = std::chrono::seconds(10);
  // When bandwidth is looked for: after a cut, after a train that found none, after one that did.
  static constexpr Duration kProbeAfterCut = std::chrono::milliseconds(1500);
  static constexpr Duration kProbeAgain = std::chrono::milliseconds(2500);
  static constexpr Duration kProbeOn = std::chrono::milliseconds(200);

  // Nothing was heard of what was sent since: the path takes nothing, or the way back does not.
  // Then the estimate is halved, and again each kSilenceStep.
  static constexpr Duration kMaxSilence = std::chrono::seconds(2);
  static constexpr Duration kSilenceStep = std::chrono::seconds(1);

  enum class Purpose : std::uint8_t { Media, Probe };
  void onSent(rtp::SequenceNumber number, std::size_t bytes, Purpose purpose, Timestamp now);
  void onFeedback(const rtcp::TransportCcView& feedback, Timestamp now);
  // True when the estimate fell because no feedback comes. Asked while there is something to send.
  bool handleSilence(Timestamp now) {
    return now >= silence_due_ && reference_.has_value() && cutForSilence(now);
  }
  void onRoundTripTime(Duration rtt) { round_trip_time_ = rtt; }

  // Nothing before the first feedback.
  std::optional<Bitrate> estimate() const;
  // The path has shown that it does not take more: what is beyond the estimate should not be sent.
  bool isLimited() const { return limited_; }

  // True when ProbeTrain::kPackets packets of padding are to be sent now with Purpose::Probe,
  // because `wanted` is more than the estimate.
  bool takeProbe(Bitrate wanted, Timestamp now);

  std::optional<Bitrate> acknowledged() const { return acknowledged_.rate(); }
  double fractionLost() const { return loss_.fractionLost(); }

 private:
  struct Tally {
    std::int64_t arrived = 0;
    std::int64_t lost = 0;
    LinkUse use = LinkUse::Normal;
  };

  void onArrived(SentPacket& packet, Timestamp arrival, Tally& tally);
  void onMissing(SentPacket& packet, Tally& tally);
  void update(const Tally& tally, Timestamp now);
  void finishProbe(Timestamp now);
  bool cutForSilence(Timestamp now);
  Timestamp remoteTime(std::int32_t reference_time);

  SentPackets sent_;
  ArrivalGroups groups_;
  OveruseDetector detector_;
  AcknowledgedBitrate acknowledged_;
  DelayBasedRate delay_{kStart};
  LossLimit loss_;
  ProbeTrain probe_;
  Duration round_trip_time_ = std::chrono::milliseconds(100);
  std::optional<std::int64_t> reference_;  // Of the last feedback, unwrapped.
  bool limited_ = false;
  Timestamp last_cut_{};
  Timestamp probe_at_{};
  Timestamp silence_due_ = kNever;  // While something is sent that nothing was heard of.
};

}  // namespace ms::bwe
