// Plays a file or a network stream into the pipeline.
//
// The endpoint keeps what the API shows, on the pipeline's loop. The media is its chain's
// (server/frame/player_chain.h), which has threads of its own while it plays.
#pragma once

#include <memory>
#include <string>

#include "modules/core/src/uri_endpoint.h"
#include "modules/elements/src/element_services.h"
#include "modules/elements/src/encoded_outlets.h"
#include "server/base/loop.h"
#include "server/frame/player_chain.h"

namespace ms::elements {

class PlayerEndpoint final : public core::UriEndpoint,
                             public api::PlayerEndpoint,
                             private frame::PlayerObserver {
 public:
  static constexpr Duration kFlowCheckInterval = std::chrono::milliseconds(2000);

  PlayerEndpoint(model::ObjectContext context, ElementServices& services,
                 const api::PlayerEndpointArguments& arguments);
  ~PlayerEndpoint() override;

  // api::UriEndpoint, api::PlayerEndpoint.
  void play(model::Answer<void> answer) override;
  void pause(model::Answer<void> answer) override;
  void stop(model::Answer<void> answer) override;
  void getPosition(model::Answer<std::int64_t> answer) override;
  // 40700 when nothing plays or what plays cannot be sought.
  void setPosition(std::int64_t position_ms, model::Answer<void> answer) override;
  void getVideoInfo(model::Answer<api::VideoInfo> answer) override;
  void getElementGstreamerDot(model::Answer<std::string> answer) override;

  net::OutletPtr mediaSource(api::MediaType type, const core::AcceptedFormats& accepted) override;

 private:
  // core::MediaElement, model::Object.
  void onUpstreamChanged(api::MediaType) override {}  // Nothing can be played into a player.
  void onEncoderBitratesChanged() override;
  void onClose() override;

  // frame::PlayerObserver.
  void onEndOfStream() override;
  void onError(const frame::MediaError& error) override;
  void onFlow(rtp::MediaKind kind) override;
  void onConversion(rtp::MediaKind kind, frame::Conversion conversion) override;

  frame::PlayerChain& chain();
  frame::PlayerSettings chainSettings();
  void onStopped();
  void checkFlow();

  ElementServices& services_;
  const api::PlayerEndpointArguments arguments_;
  std::unique_ptr<frame::PlayerChain> chain_;  // From the first who needs it.
  EncodedOutlets outlets_;
  Timer flow_timer_;
};

}  // namespace ms::elements
