// A hub that makes what leaves at its ports: one picture of all videos, and for each port the sound
// of others. What differs between such hubs is who is shown where and who hears whom.
//
// Messages are not mixed but passed on: each port gets those that come in at the others.
//
// The hub keeps what the API shows, on the pipeline's loop. The media is its chain's
// (server/frame/mixer_chain.h), which works while somebody at a port watches or listens. Meanwhile
// what is linked into the ports is taken by TrackInputs; at other times nobody takes it.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "modules/core/src/hub.h"
#include "modules/core/src/hub_port.h"
#include "modules/elements/src/element_services.h"
#include "modules/elements/src/encoded_outlets.h"
#include "modules/elements/src/track_input.h"
#include "server/frame/mixer_chain.h"

namespace ms::elements {

class MixingHub : public core::Hub, private frame::MixerObserver {
 public:
  ~MixingHub() override;

  // core::Hub.
  core::HubPort* feederOf(const core::HubPort&, api::MediaType) override { return nullptr; }
  net::OutletPtr outputOf(core::HubPort& port, api::MediaType type,
                          const core::AcceptedFormats& accepted) override;
  void drawChain(core::OnDrawn done) override;
  net::DataOutletPtr dataOutputOf(core::HubPort& port) override;
  void onInputChanged(core::HubPort& port, api::MediaType type) override;

 protected:
  struct Plan {
    bool mixes_video = true;  // Sound is always mixed.
    bool passes_data = true;
    int framerate = 15;  // Pictures per second.
    frame::Layout layout;
    frame::Hearing hearing;
  };

  MixingHub(model::ObjectContext context, ElementServices& services, Plan plan);

  void setLayout(frame::Layout layout);
  void setHearing(frame::Hearing hearing);

  // core::Hub, model::Object.
  void onPortRemoved(core::HubPort& port) override;
  void onClose() override;

 private:
  struct Input;
  struct Port;

  // frame::MixerObserver.
  void onWanted(rtp::MediaKind kind, const std::shared_ptr<frame::TrackOrigin>& origin) override;
  void onUnwanted(rtp::MediaKind kind) override;
  void onInputError(const std::shared_ptr<frame::TrackFeed>& feed,
                    const frame::MediaError& error) override;
  void onFlow(frame::PortNumber port, rtp::MediaKind kind) override;
  void onFlowEnd(frame::PortNumber port, rtp::MediaKind kind) override;
  void onError(const frame::MediaError& error) override;

  frame::MixerChain& chain();
  Port& stateOf(core::HubPort& port);
  core::HubPort* portNumbered(frame::PortNumber number) const;
  void updateInput(core::HubPort& port, rtp::MediaKind kind);
  void takeInput(core::HubPort& port, rtp::MediaKind kind);
  void stopInput(Input& input);
  void endInput(Port& port, rtp::MediaKind kind);
  void updateData(core::HubPort& listener);
  void updateData();

  ElementServices& services_;
  Plan plan_;
  frame::EncoderBitrates bitrates_;
  std::unique_ptr<frame::MixerChain> chain_;                   // From the first output on.
  std::array<std::shared_ptr<frame::TrackOrigin>, 2> wanted_;  // By kind; null: no inputs.
  std::map<core::HubPort*, std::unique_ptr<Port>> states_;
};

}  // namespace ms::elements
