// An endpoint whose media a PlayerChain plays: gives the media to sinks in the formats they take,
// and shows what flows. PlayerEndpoint and HttpPostEndpoint say what is played, and what its end
// means.
//
// On the pipeline's loop; the chain has threads of its own while it plays.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "modules/core/src/uri_endpoint.h"
#include "modules/elements/src/element_services.h"
#include "modules/elements/src/encoded_outlets.h"
#include "server/base/loop.h"
#include "server/frame/player_chain.h"

namespace ms::elements {

// `Base` is a kind of core::Endpoint.
template <class Base>
class PlayingEndpoint : public Base, private frame::PlayerObserver {
 public:
  static constexpr Duration kFlowCheckInterval = std::chrono::milliseconds(2000);

  ~PlayingEndpoint() override;

  net::OutletPtr mediaSource(api::MediaType type, const core::AcceptedFormats& accepted) override;
  void drawChains(core::OnDrawn done) override;

 protected:
  template <class... Arguments>
  PlayingEndpoint(const model::ObjectContext& context, ElementServices& services,
                  Arguments&&... arguments)
      : Base(context, std::forward<Arguments>(arguments)...),
        services_(services),
        outlets_(services, this->loop()),
        flow_timer_(this->loop()) {}

  // What the chain is made with, at its first use.
  virtual frame::PlayerSettings chainSettings() = 0;
  // The media has stopped by itself.
  virtual void onMediaEnd() = 0;
  virtual void onMediaError() = 0;  // After the Error event.
  // Whether media that the chain tells of may be shown as flowing.
  virtual bool isPlaying() = 0;

  frame::PlayerChain& chain();
  // Null before the first use.
  frame::PlayerChain* existingChain() const { return chain_.get(); }
  ElementServices& services() const { return services_; }
  void watchFlow();
  // Nothing flows from now on.
  void endFlow();

  // core::MediaElement, model::Object.
  void onUpstreamChanged(api::MediaType) override {}  // Nothing can be played into it.
  void onEncoderBitratesChanged() override;
  void onClose() override;

 private:
  // frame::PlayerObserver.
  void onEndOfStream() override;
  void onError(const frame::MediaError& error) override;
  void onFlow(rtp::MediaKind kind) override;
  void onConversion(rtp::MediaKind kind, frame::Conversion conversion) override;

  void checkFlow();

  ElementServices& services_;
  std::unique_ptr<frame::PlayerChain> chain_;
  EncodedOutlets outlets_;
  Timer flow_timer_;
};

extern template class PlayingEndpoint<core::UriEndpoint>;
extern template class PlayingEndpoint<core::SessionEndpoint>;

}  // namespace ms::elements
