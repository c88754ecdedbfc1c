// Writes what is connected to it into a file or to a network address.
//
// The endpoint keeps what the API shows, on the pipeline's loop. What it writes is a Segment: a
// chain (server/frame/recorder_chain.h), which begins with the first packets and is finished once,
// and its tracks, one TrackInput for each kind of media of the profile. There is one; of
// KURENTO_SPLIT_RECORDER the next one begins every so often, and the one before ends as soon as
// all of its tracks are there: nothing is lost between, but a moment is in both.
#pragma once

#include <memory>
#include <vector>

#include "modules/core/src/uri_endpoint.h"
#include "modules/elements/src/element_services.h"
#include "modules/elements/src/track_input.h"
#include "server/base/loop.h"
#include "server/frame/recorder_chain.h"

namespace ms::elements {

class RecorderEndpoint final : public core::UriEndpoint, public api::RecorderEndpoint {
 public:
  // stopAndWait is answered after that whatever happens.
  static constexpr Duration kMaxStop = std::chrono::seconds(4);
  // A track that flows for one to two of these waits for no other one any longer.
  static constexpr Duration kFlowCheckInterval = std::chrono::milliseconds(2000);

  // 40107 for KURENTO_SPLIT_RECORDER, unless the setting splitSeconds says how long a segment is.
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
  void drawChains(core::OnDrawn done) override;

 private:
  struct Track;
  struct Segment;

  // core::MediaElement, model::Object.
  core::AcceptedFormats acceptedFormats(api::MediaType type) const override;
  void onUpstreamChanged(api::MediaType type) override;
  void onUpstreamEnd() override;
  void onClose() override;

  Duration splitInterval() const;
  bool closesGaps() const;
  void addSegment();
  void addTrack(Segment& segment, rtp::MediaKind kind);
  void forEachTrack(void (TrackInput::*call)()) const;
  void split();
  bool finish();
  void end(Segment& segment);
  void onEnd();
  void checkFlow();

  // What a segment tells.
  void onSegmentBegun(Segment& segment);
  void onSegmentFinished(Segment& segment);
  void onLoss(const frame::MediaError& error);
  void onError(const frame::MediaError& error);

  ElementServices& services_;
  const api::RecorderEndpointArguments arguments_;
  const Duration split_interval_;  // 0: one segment only.
  // From the first record() on one, two at most; the newest last.
  std::vector<std::shared_ptr<Segment>> segments_;
  unsigned segments_begun_ = 0;
  bool has_flowed_ = false;
  bool is_ending_ = false;  // stop() was called, or it failed.
  bool has_ended_ = false;
  std::vector<model::Answer<void>> waiting_;  // For the end.
  Timer stop_timer_, flow_timer_, split_timer_;
};

}  // namespace ms::elements
