#include "modules/elements/src/dispatcher_one_to_many.h"

#include <vector>

#include "server/model/api_error.h"

namespace ms::elements {

void DispatcherOneToMany::setSource(const model::ObjectPtr& source) {
  core::HubPort* const port = portOf(source);
  if (!port) throw model::ApiError(model::ErrorCode::ConnectError, "Can not connect ports");
  change(port);
}

void DispatcherOneToMany::removeSource() { change(nullptr); }

void DispatcherOneToMany::onPortRemoved(core::HubPort& port) {
  if (&port == source_) change(nullptr);
}

void DispatcherOneToMany::change(core::HubPort* source) {
  if (std::exchange(source_, source) == source) return;
  for (core::HubPort* port : std::vector(ports())) port->onHubChanged();
}

}  // namespace ms::elements
