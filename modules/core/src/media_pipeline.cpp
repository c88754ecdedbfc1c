#include "modules/core/src/media_pipeline.h"

#include "modules/core/src/dot_graph.h"
#include "modules/core/src/media_element.h"

namespace ms::core {
namespace {

// Elements are children of the pipeline, or of its hubs.
void collectElements(const model::Object& parent, std::vector<const MediaElement*>& elements) {
  for (const auto& weak : parent.children()) {
    const model::ObjectPtr child = weak.lock();
    if (!child || child->isClosed()) continue;
    if (const auto* element = dynamic_cast<const MediaElement*>(child.get()))
      elements.push_back(element);
    collectElements(*child, elements);
  }
}

}  // namespace

std::string MediaPipeline::getGstreamerDot(std::optional<api::GstreamerDotDetails>) {
  std::vector<const MediaElement*> elements;
  collectElements(*this, elements);
  return dotGraph(elements);
}

void MediaPipeline::dumpGstreamerDot(std::optional<api::GstreamerDotDetails> details) {
  writeDotFile(getName(), getGstreamerDot(details));
}

}  // namespace ms::core
