#include "modules/core/src/media_pipeline.h"

#include <utility>

#include "modules/core/src/dot_graph.h"
#include "modules/core/src/hub.h"
#include "modules/core/src/media_element.h"

namespace ms::core {
namespace {

// Elements are children of the pipeline, or of its hubs.
template <class Element>
void collectElements(const model::Object& parent, std::vector<Element*>& elements) {
  for (const auto& weak : parent.children()) {
    const model::ObjectPtr child = weak.lock();
    if (!child || child->isClosed()) continue;
    if (auto* element = dynamic_cast<Element*>(child.get())) elements.push_back(element);
    collectElements(*child, elements);
  }
}

}  // namespace

void MediaPipeline::setLatencyStats(bool latency_stats) {
  if (std::exchange(latency_stats_, latency_stats) == latency_stats) return;
  std::vector<MediaElement*> elements;
  collectElements(*this, elements);
  for (MediaElement* element : elements) element->onLatencyStatsChanged();
}

// Who closes while others are drawn is left out.
void MediaPipeline::getGstreamerDot(std::optional<api::GstreamerDotDetails>,
                                    model::Answer<std::string> answer) {
  std::vector<MediaElement*> elements;
  collectElements(*this, elements);
  std::vector<Hub*> hubs;
  collectElements(*this, hubs);
  std::vector<Draw> chains;
  for (MediaElement* element : elements)
    chains.emplace_back([weak = element->weak_from_this(), element](OnDrawn done) {
      const auto living = weak.lock();
      return living && !living->isClosed() ? element->drawChains(std::move(done)) : done({});
    });
  for (Hub* hub : hubs)
    chains.emplace_back([weak = hub->weak_from_this(), hub](OnDrawn done) {
      const auto living = weak.lock();
      return living && !living->isClosed() ? hub->drawChain(std::move(done)) : done({});
    });
  drawAll(std::move(chains),
          [links = dotGraph({elements.begin(), elements.end()}), answer = std::move(answer)](
              const std::string& drawn) mutable { answer(links + drawn); });
}

void MediaPipeline::dumpGstreamerDot(std::optional<api::GstreamerDotDetails> details,
                                     model::Answer<void> answer) {
  getGstreamerDot(details, answerDump(getName(), std::move(answer)));
}

}  // namespace ms::core
