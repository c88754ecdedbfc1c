// What WebRtcEndpoint and RtpEndpoint share: bandwidth limits, REMB parameters, and the states of
// connection and media.
#pragma once

#include "modules/core/src/sdp_endpoint.h"

namespace ms::core {

class BaseRtpEndpoint : public SdpEndpoint, public api::BaseRtpEndpoint {
 public:
  // api::BaseRtpEndpoint. Bandwidths in kbit/s, 0: no limit. A minimum above the maximum reads back
  // as the maximum (reference, chapter 8, "BaseRtpEndpoint").
  int getMinVideoRecvBandwidth() override { return min_video_recv_kbps_; }
  void setMinVideoRecvBandwidth(int kbps) override;
  int getMinVideoSendBandwidth() override;
  void setMinVideoSendBandwidth(int kbps) override;
  int getMaxVideoSendBandwidth() override { return max_video_send_kbps_; }
  void setMaxVideoSendBandwidth(int kbps) override;
  api::MediaState getMediaState() override { return media_state_; }
  api::ConnectionState getConnectionState() override { return connection_state_; }
  int getMtu() override { return mtu_; }
  void setMtu(int bytes) override;
  api::RembParams getRembParams() override { return remb_params_; }
  void setRembParams(const api::RembParams& params) override;
  void requestKeyframe() override;

 protected:
  explicit BaseRtpEndpoint(model::ObjectContext context);

  void setConnectionState(api::ConnectionState state);
  void setMediaState(api::MediaState state);

  // The limits or the REMB parameters changed.
  virtual void onBandwidthChanged() {}
  void onRecvBandwidthChanged() override { onBandwidthChanged(); }

 private:
  int min_video_recv_kbps_ = 0;
  int min_video_send_kbps_ = 100;
  int max_video_send_kbps_ = 500;
  int mtu_;
  api::RembParams remb_params_;
  api::MediaState media_state_ = api::MediaState::Disconnected;
  api::ConnectionState connection_state_ = api::ConnectionState::Disconnected;
};

}  // namespace ms::core
