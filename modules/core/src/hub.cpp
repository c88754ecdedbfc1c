#include "modules/core/src/hub.h"

#include <algorithm>
#include <utility>

#include "modules/core/src/dot_graph.h"
#include "modules/core/src/hub_port.h"
#include "server/model/api_error.h"

namespace ms::core {

std::uint32_t Hub::addPort(HubPort& port) {
  if (ports_.size() >= kMaxPorts)
    throw model::ApiError(model::ErrorCode::NotEnoughResources, "Hub has too many ports");
  ports_.push_back(&port);
  return next_number_++;
}

void Hub::removePort(HubPort& port) {
  if (std::erase(ports_, &port) > 0) onPortRemoved(port);
}

net::OutletPtr Hub::outputOf(HubPort& port, api::MediaType type, const AcceptedFormats& accepted) {
  HubPort* const feeder = feederOf(port, type);
  return feeder ? feeder->input(type, accepted) : nullptr;
}

net::DataOutletPtr Hub::dataOutputOf(HubPort& port) {
  HubPort* const feeder = feederOf(port, api::MediaType::Data);
  return feeder ? feeder->dataInput() : nullptr;
}

HubPort* Hub::portOf(const model::ObjectPtr& object) const {
  const auto found = std::ranges::find_if(
      ports_, [&](HubPort* port) { return static_cast<model::Object*>(port) == object.get(); });
  return found == ports_.end() ? nullptr : *found;
}

void Hub::getGstreamerDot(std::optional<api::GstreamerDotDetails>,
                          model::Answer<std::string> answer) {
  drawChain([links = dotGraph({ports_.begin(), ports_.end()}),
             answer = std::move(answer)](std::string chain) mutable { answer(links + chain); });
}

void Hub::dumpGstreamerDot(std::optional<api::GstreamerDotDetails> details,
                           model::Answer<void> answer) {
  getGstreamerDot(details, answerDump(getName(), std::move(answer)));
}

}  // namespace ms::core
