#include "modules/core/src/hub.h"

#include <algorithm>

#include "modules/core/src/dot_graph.h"
#include "modules/core/src/hub_port.h"
#include "server/model/api_error.h"

namespace ms::core {

void Hub::addPort(HubPort& port) {
  if (ports_.size() >= kMaxPorts)
    throw model::ApiError(model::ErrorCode::NotEnoughResources, "Hub has too many ports");
  ports_.push_back(&port);
}

void Hub::removePort(HubPort& port) {
  if (std::erase(ports_, &port) > 0) onPortRemoved(port);
}

HubPort* Hub::portOf(const model::ObjectPtr& object) const {
  const auto found = std::ranges::find_if(
      ports_, [&](HubPort* port) { return static_cast<model::Object*>(port) == object.get(); });
  return found == ports_.end() ? nullptr : *found;
}

std::string Hub::getGstreamerDot(std::optional<api::GstreamerDotDetails>) {
  return dotGraph({ports_.begin(), ports_.end()});
}

void Hub::dumpGstreamerDot(std::optional<api::GstreamerDotDetails> details) {
  writeDotFile(getName(), getGstreamerDot(details));
}

}  // namespace ms::core
