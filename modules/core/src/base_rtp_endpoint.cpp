#include "modules/core/src/base_rtp_endpoint.h"

#include <algorithm>
#include <utility>

#include "server/base/loop.h"
#include "server/model/api_error.h"
#include "server/net/outlet.h"

namespace ms::core {
namespace {

// Source: facts of the original; reference, chapter 6 (BaseRtpEndpoint.conf.ini).
constexpr int kDefaultMtu = 1200;
constexpr int kMinMtu = 256;
constexpr int kMaxMtu = 1500;

}  // namespace

BaseRtpEndpoint::BaseRtpEndpoint(model::ObjectContext context)
    : SdpEndpoint(context),
      mtu_(std::clamp(settings().number("BaseRtpEndpoint", "mtu", kDefaultMtu), kMinMtu, kMaxMtu)) {
}

void BaseRtpEndpoint::setMinVideoRecvBandwidth(int kbps) {
  min_video_recv_kbps_ = std::max(kbps, 0);
  onBandwidthChanged();
}

int BaseRtpEndpoint::getMinVideoSendBandwidth() {
  return max_video_send_kbps_ > 0 ? std::min(min_video_send_kbps_, max_video_send_kbps_)
                                  : min_video_send_kbps_;
}

void BaseRtpEndpoint::setMinVideoSendBandwidth(int kbps) {
  min_video_send_kbps_ = std::max(kbps, 0);
  onBandwidthChanged();
}

void BaseRtpEndpoint::setMaxVideoSendBandwidth(int kbps) {
  max_video_send_kbps_ = std::max(kbps, 0);
  onBandwidthChanged();
}

void BaseRtpEndpoint::setMtu(int bytes) { mtu_ = std::clamp(bytes, kMinMtu, kMaxMtu); }

void BaseRtpEndpoint::setRembParams(const api::RembParams& params) {
  remb_params_ = params;
  onBandwidthChanged();
}

void BaseRtpEndpoint::requestKeyframe() {
  const net::OutletPtr source = upstreamSource(api::MediaType::Video);
  if (!source)
    throw model::ApiError(model::ErrorCode::MediaObjectOperationNotSupported,
                          "Keyframe request failed (no video is connected to this endpoint)");
  source->requestKeyFrame();
}

void BaseRtpEndpoint::setConnectionState(api::ConnectionState state) {
  const auto old = std::exchange(connection_state_, state);
  if (old == state) return;
  api::ConnectionStateChanged event;
  event.old_state = old;
  event.new_state = state;
  raise(event);
}

void BaseRtpEndpoint::setMediaState(api::MediaState state) {
  const auto old = std::exchange(media_state_, state);
  if (old == state) return;
  api::MediaStateChanged event;
  event.old_state = old;
  event.new_state = state;
  raise(event);
}

}  // namespace ms::core
