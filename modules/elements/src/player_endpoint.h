// Plays a file or a network stream into the pipeline.
//
// The endpoint keeps what the API shows, on the pipeline's loop. The media is its chain's
// (server/frame/player_chain.h), which has threads of its own while it plays.
#pragma once

#include <string>

#include "modules/elements/src/playing_endpoint.h"

namespace ms::elements {

class PlayerEndpoint final : public PlayingEndpoint<core::UriEndpoint>, public api::PlayerEndpoint {
 public:
  PlayerEndpoint(model::ObjectContext context, ElementServices& services,
                 const api::PlayerEndpointArguments& arguments);

  // api::UriEndpoint, api::PlayerEndpoint.
  void play(model::Answer<void> answer) override;
  void pause(model::Answer<void> answer) override;
  void stop(model::Answer<void> answer) override;
  void getPosition(model::Answer<std::int64_t> answer) override;
  // 40700 when nothing plays or what plays cannot be sought.
  void setPosition(std::int64_t position_ms, model::Answer<void> answer) override;
  void getVideoInfo(model::Answer<api::VideoInfo> answer) override;
  void getElementGstreamerDot(model::Answer<std::string> answer) override;

 private:
  // PlayingEndpoint.
  frame::PlayerSettings chainSettings() override;
  void onMediaEnd() override;
  void onMediaError() override;
  bool isPlaying() override { return getState() != api::UriEndpointState::Stop; }

  const api::PlayerEndpointArguments arguments_;
};

}  // namespace ms::elements
