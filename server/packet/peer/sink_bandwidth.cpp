#include "server/packet/peer/sink_bandwidth.h"

#include <algorithm>
#include <cstdint>

#include "server/packet/rtp/remb_limiter.h"

namespace ms::peer {
namespace {

bool givesFeedback(const sdp::NegotiatedMedia& media) {
  return media.transport_cc_id || std::ranges::any_of(media.codecs, &sdp::NegotiatedCodec::remb);
}

std::optional<Bitrate> maxSend(const sdp::NegotiatedMedia& media) {
  if (!media.max_send_kbps) return std::nullopt;
  return Bitrate(std::int64_t{*media.max_send_kbps} * 1000);
}

Bitrate scaled(Bitrate bitrate, double factor) {
  return Bitrate(static_cast<std::int64_t>(static_cast<double>(*bitrate) * factor));
}

}  // namespace

SinkBandwidth::SinkBandwidth(const sdp::NegotiatedMedia& media)
    : gives_feedback_(givesFeedback(media)),
      has_transport_cc_(media.transport_cc_id.has_value()),
      max_send_(maxSend(media)) {}

void SinkBandwidth::onRemb(Bitrate bitrate, Timestamp now) {
  bitrate = std::min(bitrate, kUnlimited);
  if (has_transport_cc_) {
    remb_ = bitrate;
    return;
  }
  if (estimate_ && bitrate < scaled(*estimate_, kRembFell)) {
    is_limited_ = true;
    remb_fell_at_ = now;
  } else if (bitrate >= offered_.rate(now) && now - remb_fell_at_ >= kRefresh) {
    is_limited_ = false;
  } else if (now - remb_fell_at_ >= kForgetRembLimitAfter) {
    is_limited_ = false;  // It grows with what it gets: let it be seen whether there is more.
  }
  estimate_ = bitrate;
}

void SinkBandwidth::onEstimate(Bitrate bitrate, bool is_limited, Timestamp) {
  estimate_ = bitrate;
  is_limited_ = is_limited;
}

std::optional<Bitrate> SinkBandwidth::onConnect() const {
  if (!gives_feedback_) return kUnlimited;
  if (*on_connect_ <= 0) return std::nullopt;
  return withinLimits(estimate_.value_or(on_connect_));
}

std::optional<Bitrate> SinkBandwidth::poll(Timestamp now) {
  if (gives_feedback_ && !estimate_) return std::nullopt;
  // What arrives on a path that has shown no limit says what was sent, not what it takes.
  const bool is_open = has_transport_cc_ && !is_limited_;
  const Bitrate bitrate =
      gives_feedback_ ? (is_open ? withinLimits(kUnlimited) : target()) : kUnlimited;
  if (told_) {
    const bool changed = bitrate < scaled(*told_, 0.95) || bitrate > scaled(*told_, 1.05);
    if (now - told_at_ < (changed ? kTellSpacing : kRefresh)) return std::nullopt;
  }
  told_ = bitrate;
  told_at_ = now;
  return bitrate;
}

Bitrate SinkBandwidth::maxAllowed() const {
  const Bitrate max = limits_.max_video_send;
  if (!max_send_) return max;
  return *max > 0 ? std::min(max, *max_send_) : *max_send_;
}

// A source that follows what it is asked for gives no more than that: then it is the limits that
// say what it would give.
Bitrate SinkBandwidth::wanted(Timestamp now) const {
  const Bitrate most = *limits_.max_video_send > 0 ? limits_.max_video_send
                                                   : scaled(estimate_.value_or(Bitrate(0)), 2);
  return std::max(scaled(offered_.rate(now), 1.1), std::min(most, max_send_.value_or(most)));
}

Bitrate SinkBandwidth::withinLimits(Bitrate bitrate) const {
  const Bitrate within =
      rtp::clampRemb(std::min(bitrate, remb_.value_or(bitrate)),
                     {.min = limits_.min_video_send, .max = limits_.max_video_send});
  return std::min(within, max_send_.value_or(within));
}

}  // namespace ms::peer
