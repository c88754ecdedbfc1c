#include "server/packet/rtp/remb_estimator.h"

#include <algorithm>

namespace ms::rtp {

RembEstimator::RembEstimator(const RembParams& params)
    : params_(params), lineal_factor_(params.lineal_factor_min) {}

void RembEstimator::setParams(const RembParams& params) {
  if (!last_cut_) lineal_factor_ = std::max(params.lineal_factor_min, 0);
  params_ = params;
}

std::optional<Bitrate> RembEstimator::poll(const Input& input, Timestamp now) {
  if (*input.rate <= 0 || (last_ && now - *last_ < kMinSpacing)) return std::nullopt;
  last_ = now;
  max_rate_ = std::max(max_rate_, *input.rate);
  const std::int64_t fraction_lost = fractionLost(input);
  if (!measured_) {
    measured_ = true;
    estimate_ = *input.rate;
  } else {
    step(fraction_lost, now);
  }
  estimate_ = clamp(estimate_, input.rate);
  return Bitrate(estimate_);
}

// Of 256. Few packets say little about the share lost: they count by their part of the interval,
// what was known before by the rest.
std::int64_t RembEstimator::fractionLost(const Input& input) {
  const std::int64_t received = std::max<std::int64_t>(input.packets_received - received_prior_, 0);
  const std::int64_t lost = std::max<std::int64_t>(input.packets_lost - lost_prior_, 0);
  received_prior_ = input.packets_received;
  lost_prior_ = input.packets_lost;

  const std::int64_t expected = received + lost;
  const std::int64_t interval =
      std::max<std::int64_t>({expected, params_.packets_recv_interval_top, 1});
  fraction_lost_ = (lost * 256 + fraction_lost_ * (interval - expected)) / interval;
  return fraction_lost_;
}

void RembEstimator::step(std::int64_t fraction_lost, Timestamp now) {
  if (fraction_lost > params_.up_losses) return cut(now);
  if (fraction_lost > 0) {
    estimate_ = std::min(estimate_, max_rate_);
  } else if (estimate_ < threshold_) {
    estimate_ +=
        static_cast<std::int64_t>(static_cast<double>(estimate_) * params_.exponential_factor);
  } else {
    estimate_ += lineal_factor_;
  }
}

void RembEstimator::cut(Timestamp now) {
  if (last_cut_ && now - *last_cut_ < kMinBetweenCuts) return;
  last_cut_ = now;
  const auto estimate = static_cast<double>(estimate_);
  threshold_ = static_cast<std::int64_t>(estimate * params_.threshold_factor);
  const double steps = std::max(params_.lineal_factor_grade, 1.0);
  lineal_factor_ = std::max<std::int64_t>(
      params_.lineal_factor_min,
      static_cast<std::int64_t>((estimate - static_cast<double>(threshold_)) / steps));
  estimate_ = static_cast<std::int64_t>(estimate * params_.decrement_factor);
  max_rate_ = 0;
  fraction_lost_ = 0;
}

std::int64_t RembEstimator::clamp(std::int64_t estimate, Bitrate input_rate) const {
  estimate = std::min(estimate, 2 * *input_rate);
  return *withinBounds(Bitrate(estimate));
}

// Where the limits contradict each other, the maximum counts.
Bitrate RembEstimator::withinBounds(Bitrate bitrate) const {
  bitrate = std::min(bitrate, downstream_.value_or(bitrate));
  bitrate = std::max({bitrate, min_recv_.value_or(bitrate), kFloor});
  return std::min(bitrate, max_recv_.value_or(bitrate));
}

}  // namespace ms::rtp
