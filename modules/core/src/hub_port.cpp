#include "modules/core/src/hub_port.h"

namespace ms::core {

HubPort::HubPort(model::ObjectContext context, const model::ObjectPtr& hub)
    : MediaElement(context), hub_(std::dynamic_pointer_cast<Hub>(hub)) {
  hub_->addPort(*this);
}

net::OutletPtr HubPort::mediaSource(api::MediaType type, const AcceptedFormats& accepted) {
  HubPort* const feeder = hub_->feederOf(*this, type);
  if (!feeder || is_asking_upstream_) return nullptr;
  is_asking_upstream_ = true;
  net::OutletPtr source = feeder->upstreamSource(type, accepted);
  is_asking_upstream_ = false;
  return source;
}

net::DataOutletPtr HubPort::dataSource() {
  HubPort* const feeder = hub_->feederOf(*this, api::MediaType::Data);
  if (!feeder || is_asking_upstream_) return nullptr;
  is_asking_upstream_ = true;
  auto source = feeder->upstreamDataSource();
  is_asking_upstream_ = false;
  return source;
}

void HubPort::onHubChanged(api::MediaType type) {
  tellDownstream(type);
  const HubPort* const feeder = hub_->feederOf(*this, type);
  setFlowOut(type, feeder ? feeder->upstreamFlow(type) : api::MediaFlowState::NotFlowing);
}

void HubPort::onHubChanged() {
  for (const api::MediaType type :
       {api::MediaType::Audio, api::MediaType::Video, api::MediaType::Data})
    onHubChanged(type);
}

void HubPort::onUpstreamChanged(api::MediaType type) {
  for (HubPort* port : std::vector(hub_->ports()))
    if (hub_->feederOf(*port, type) == this) port->onHubChanged(type);
  setFlowIn(type, upstreamFlow(type));
}

void HubPort::onUpstreamFlow(api::MediaType type, api::MediaFlowState state) {
  setFlowIn(type, state);
  for (HubPort* port : std::vector(hub_->ports()))
    if (hub_->feederOf(*port, type) == this) port->setFlowOut(type, state);
}

void HubPort::onClose() {
  MediaElement::onClose();
  hub_->removePort(*this);
}

}  // namespace ms::core
