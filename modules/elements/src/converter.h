// What one source sends, for sinks that cannot take it as it is: a ConversionChain with its
// outlets, and the TrackSink that gives it the packets while it wants them. Of one kind of media.
//
// On the pipeline's loop; what it has on workers and executors is posted to.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "modules/elements/src/element_services.h"
#include "modules/elements/src/encoded_outlets.h"
#include "modules/elements/src/track_input.h"
#include "server/frame/conversion_chain.h"
#include "server/net/outlet.h"

namespace ms::elements {

class Converter final : public frame::ConversionObserver,
                        public std::enable_shared_from_this<Converter> {
 public:
  // Until close().
  struct Told {
    std::function<void(bool is_running)> on_running;
    std::function<void(const frame::MediaError&)> on_error;
  };

  // Null when the server has as many chains as it may have.
  static std::shared_ptr<Converter> make(Loop& home, ElementServices& services,
                                         const frame::ConversionChain::Settings& settings,
                                         Told told);
  ~Converter();

  // Where the packets come from, also while it runs.
  void setSource(net::OutletPtr source);
  // Null when sinks take too many different lists of formats.
  net::OutletPtr outlet(const core::AcceptedFormats& accepted);
  frame::ConversionChain& chain() { return *chain_; }
  // Empty while it does not run, and after close().
  void draw(core::OnDrawn done);
  // The outlets first, then the chain. Nothing is told any more.
  void close();

 private:
  Converter(const Loop& home, ElementServices& services, ElementServices::ConversionPermit permit,
            rtp::MediaKind kind, Told told);

  // frame::ConversionObserver.
  void onBegin() override;
  void onEnd() override;
  void onError(const frame::MediaError& error) override;

  void maybeTakeInput();

  ElementServices& services_;
  const ElementServices::ConversionPermit permit_;
  const rtp::MediaKind kind_;
  Told told_;
  bool is_running_ = false;
  net::OutletPtr source_;
  EncodedOutlets outlets_;
  std::unique_ptr<frame::ConversionChain> chain_;
  std::unique_ptr<TrackInput> input_;  // While it runs, from the first source on.
};

}  // namespace ms::elements
