// The root of a tree of elements that can be linked with one another. All of them live on one loop.
#pragma once

#include "modules/core/src/media_object.h"

namespace ms::core {

class MediaPipeline final : public MediaObject, public api::MediaPipeline {
 public:
  explicit MediaPipeline(model::ObjectContext context) : MediaObject(context) {}

  // api::MediaPipeline.
  bool getLatencyStats() override { return latency_stats_; }
  void setLatencyStats(bool latency_stats) override;
  void getGstreamerDot(std::optional<api::GstreamerDotDetails> details,
                       model::Answer<std::string> answer) override;
  void dumpGstreamerDot(std::optional<api::GstreamerDotDetails> details,
                        model::Answer<void> answer) override;

 private:
  bool latency_stats_ = false;
};

}  // namespace ms::core
