// What bitrate to grant to the peer that sends us video (draft-alvestrand-rmcat-remb): from the
// rate that arrives and the share that is lost.
//
// Without losses the estimate grows, fast below the rate where losses began last, slowly above. Few
// losses hold it at the highest rate seen, many cut it. Driven by the receive path's report timer.
#pragma once

#include <cstdint>
#include <optional>

#include "server/base/units.h"
#include "server/packet/rtp/remb_params.h"

namespace ms::rtp {

class RembEstimator {
 public:
  static constexpr Duration kMinSpacing = std::chrono::milliseconds(200);
  // A cut takes a round trip to show: no second one before.
  static constexpr Duration kMinBetweenCuts = std::chrono::milliseconds(500);
  static constexpr Bitrate kFloor = Bitrate(30'000);
  static constexpr Bitrate kStart = Bitrate(2'000'000);

  explicit RembEstimator(const RembParams& params = {});

  // For the steps that come; the least growth counts at once where no cut has set another one.
  void setParams(const RembParams& params);
  void setMinRecv(std::optional<Bitrate> limit) { min_recv_ = limit; }
  void setMaxRecv(std::optional<Bitrate> limit) { max_recv_ = limit; }
  // The least of what our own receivers asked for; nothing when none did.
  void setDownstream(std::optional<Bitrate> limit) { downstream_ = limit; }

  // Totals over all video SSRCs of the peer since it was connected.
  struct Input {
    Bitrate rate;
    std::int64_t packets_received = 0;
    std::int64_t packets_lost = 0;
  };

  // The estimate to send now; nothing within kMinSpacing of the one before, or when nothing
  // arrives.
  std::optional<Bitrate> poll(const Input& input, Timestamp now);

  // `bitrate` within what receivers asked for and the endpoint's limits.
  Bitrate withinBounds(Bitrate bitrate) const;

  // The last one that poll() gave, or what it begins with.
  Bitrate estimate() const { return Bitrate(estimate_); }

 private:
  std::int64_t fractionLost(const Input& input);
  void step(std::int64_t fraction_lost, Timestamp now);
  void cut(Timestamp now);
  std::int64_t clamp(std::int64_t estimate, Bitrate input_rate) const;

  RembParams params_;
  std::optional<Bitrate> min_recv_;
  std::optional<Bitrate> max_recv_;
  std::optional<Bitrate> downstream_;
  std::int64_t estimate_ = *kStart;
  bool measured_ = false;
  std::int64_t threshold_ = *kStart;
  std::int64_t lineal_factor_ = 0;
  std::int64_t max_rate_ = 0;
  std::int64_t received_prior_ = 0;
  std::int64_t lost_prior_ = 0;
  std::int64_t fraction_lost_ = 0;
  std::optional<Timestamp> last_;
  std::optional<Timestamp> last_cut_;
};

}  // namespace ms::rtp
