#include "modules/core/src/media_pipeline.h"

#include <utility>

#include "modules/core/src/dot_graph.h"
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

std::string MediaPipeline::getGstreamerDot(std::optional<api::GstreamerDotDetails>) {
  std::vector<const MediaElement*> elements;
  collectElements(*this, elements);
  return dotGraph(elements);
}

void MediaPipeline::dumpGstreamerDot(std::optional<api::GstreamerDotDetails> details) {
  writeDotFile(getName(), getGstreamerDot(details));
}

}  // namespace ms::core
