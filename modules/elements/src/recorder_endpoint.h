// Writes what is connected to it into a file or to a network address.
//
// The endpoint keeps what the API shows, on the pipeline's loop. Its tracks, one for each kind of
// media of the profile, are sinks on a worker; they write into the chain
// (server/frame/recorder_chain.h), which begins with the first packets and is finished once.
#pragma once

#include <memory>
#include <vector>

#include "modules/core/src/uri_endpoint.h"
#include "modules/elements/src/element_services.h"
#include "server/base/loop.h"
#include "server/frame/recorder_chain.h"

namespace ms::elements {

class RecorderEndpoint final : public core::UriEndpoint,
                               public api::RecorderEndpoint,
                               private frame::RecorderObserver {
 public:
  // stopAndWait is answered after that whatever happens.
  static constexpr Duration kMaxStop = std::chrono::seconds(4);
  // A track that flows for one to two of these waits for no other one any longer.
  static constexpr Duration kFlowCheckInterval = std::chrono::milliseconds(2000);

  // 40107 for KURENTO_SPLIT_RECORDER.
  RecorderEndpoint(model::ObjectContext context, ElementServices& services,
                   const api::RecorderEndpointArguments& arguments);
  ~RecorderEndpoint() override;

  // api::UriEndpoint, api::RecorderEndpoint. What does not fit the state is named in the log and
  // has no effect.
  void record(model::Answer<void> answer) override;
  void pause(model::Answer<void> answer) override;
  void stop(model::Answer<void> answer) override;
  void stopAndWait(model::Answer<void> answer) override;

  net::OutletPtr mediaSource(api::MediaType, const core::AcceptedFormats&) override {
    return nullptr;
  }

 private:
  class Track;

  // core::MediaElement, model::Object.
  core::AcceptedFormats acceptedFormats(api::MediaType type) const override;
  void onUpstreamChanged(api::MediaType type) override;
  void onUpstreamEnd() override;
  void onClose() override;

  // frame::RecorderObserver.
  void onFinished() override;
  void onLoss(const frame::MediaError& error) override;
  void onError(const frame::MediaError& error) override;

  void begin();
  bool closesGaps() const;
  bool finish();
  void onEnd();
  void checkFlow();
  Track* track(api::MediaType type) const;

  ElementServices& services_;
  const api::RecorderEndpointArguments arguments_;
  std::unique_ptr<frame::RecorderChain> chain_;  // From the first record() on.
  std::vector<std::unique_ptr<Track>> tracks_;
  bool has_flowed_ = false;
  bool is_ending_ = false;  // stop() was called, or it failed.
  bool has_ended_ = false;
  std::vector<model::Answer<void>> waiting_;  // For the end.
  std::size_t tracks_to_end_ = 0;
  Timer stop_timer_, flow_timer_;
};

}  // namespace ms::elements
